package org.msrnn.eval.report.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.page.KeptDocument.Kept;
import org.msrnn.eval.report.page.KeptDocument.KeptSet;
import org.msrnn.eval.report.page.KeptDocument.TagLife;
import org.msrnn.eval.retention.Lifetimes;
import org.msrnn.eval.retention.Retention;
import org.msrnn.eval.retention.RetentionFigures;
import org.msrnn.eval.retention.SetRetention;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.EfficiencyFigures;
import org.msrnn.eval.task.Figures;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.RetrievalFigures;
import org.msrnn.eval.task.SampleSettings;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;
import org.msrnn.eval.task.StreamFigures;

/** Cells with invented figures, near those of the paper: every kind of picture has something. */
final class SampleJournal {
  static final List<Integer> STATES = List.of(64, 128, 256, 512);

  /** A name that would be markup if it were not escaped. */
  static final String BOOK = "<b>book</b> & \"one\".txt";

  private static final StateFigures STATE = new StateFigures(64, 147_456, 294_912, 960);

  /** Perplexity at k = 64, and how it falls; a baseline, a topline, and policies between. */
  private static final Map<String, double[]> CURVES =
      new TreeMap<>(
          Map.of(
              "tova", new double[] {9.53, 8.32, 7.71, 7.41},
              "window+4", new double[] {10.28, 8.98, 8.19, 7.73},
              "window+1", new double[] {10.2, 8.97, 8.22, 7.76},
              "h2o", new double[] {10.22, 8.97, 8.21, 7.75},
              "window", new double[] {4812, 4025, 3275, 2184},
              "baseline", new double[] {17.65, 12.97, 10.39, 8.92},
              "clairvoyant", new double[] {9.0, 8.0, 7.5, 7.3}));

  private SampleJournal() {}

  static List<CellRecord> cells() {
    List<CellRecord> cells = new ArrayList<>();
    for (String item : List.of(BOOK, "book two.txt")) {
      cells.add(done("perplexity", item, "full", null, Map.of("chunk", "4096"), perplexity(7.16)));
      CURVES.forEach(
          (policy, values) -> {
            for (int i = 0; i < values.length; i++) {
              Map<String, String> options = Map.of("chunk", "4096");
              cells.add(
                  done("perplexity", item, policy, STATES.get(i), options, perplexity(values[i])));
            }
          });
    }
    for (String policy : List.of("tova", "window+4")) {
      for (String positions : List.of("original", "in-cache")) {
        double level = policy.equals("tova") ? 1.95 : 2.05;
        cells.add(stream(policy, positions, level + (positions.equals("in-cache") ? 0.04 : 0)));
      }
      for (int length : new int[] {256, 512, 1024}) {
        for (int i = 0; i < 5; i++) {
          double score = policy.equals("tova") ? 1 - length * i / 8192.0 : i == 4 ? 1 : 0.25;
          cells.add(
              done(
                  "needle-map",
                  "needle_map/" + length + "/" + i,
                  policy,
                  256,
                  Map.of(),
                  new RetrievalFigures(
                      "needle_map",
                      length,
                      i / 4.0,
                      score,
                      "\u00e9 <i>",
                      List.of("7"),
                      500,
                      9,
                      STATE)));
        }
      }
    }
    cells.add(
        new CellRecord(
            "k",
            "failed",
            id("retrieval", "niah_single_1/512/9", "h2o", 256, "original", Map.of("length", "512")),
            null,
            "layer 3, step 17: attention is <NaN>",
            0.25,
            "2026-01-01T00:00:00Z",
            0));
    for (int batch : new int[] {1, 8}) {
      Map<String, String> options = Map.of("batch", Integer.toString(batch));
      cells.add(
          done("efficiency", "decode", "full", null, options, efficiency(batch, 100, 4 << 20)));
      for (int i = 0; i < STATES.size(); i++) {
        cells.add(
            done(
                "efficiency",
                "decode",
                "tova",
                STATES.get(i),
                options,
                efficiency(batch, 850 - 150 * i, 294_912L << i)));
      }
    }
    for (String policy : List.of("tova", "window+4")) {
      int[][] until = lives(policy, 96, 24, 3, 1);
      List<SetRetention> sets = new ArrayList<>();
      for (int l = 0; l < until.length; l++) {
        sets.add(SetRetention.of(l, -1, until[l], null));
      }
      Retention kept = new Retention(96, 24, sets, STATE);
      var figures = new RetentionFigures(kept, Lifetimes.of(kept, null), null, null);
      cells.add(done("retention", "book two.txt", policy, 24, Map.of("tokens", "96"), figures));
    }
    return cells;
  }

  private static CellRecord stream(String policy, String positions, double level) {
    double[] nll = new double[35];
    Arrays.setAll(nll, i -> 2000 * (level + 0.9 / (1 + i) + 0.03 * Math.sin(i + level * 30)));
    return new CellRecord(
        "s",
        "done",
        id("extrapolation", "long.txt", policy, 512, positions, Map.of("bucket", "2000")),
        new StreamFigures(2000, nll, perplexity(Math.exp(level), 70_000)),
        null,
        12.5,
        "2026-01-01T00:00:00Z",
        0);
  }

  private static EfficiencyFigures efficiency(int batch, double rate, long reserved) {
    StateFigures state = new StateFigures(64, reserved / 2, reserved, 0);
    List<Double> rates = List.of(rate * batch, 1.1 * rate * batch);
    return new EfficiencyFigures(batch, 0, 64, rates, 13 << 20, 64L << 20, state);
  }

  private static PerplexityFigures perplexity(double value) {
    return perplexity(value, 1000);
  }

  private static PerplexityFigures perplexity(double value, long tokens) {
    double nll = tokens * Math.log(value);
    return new PerplexityFigures(
        tokens,
        nll,
        value,
        tokens / 2,
        nll / 2,
        value,
        700L,
        4000L,
        4000L,
        Math.exp(nll / (0.7 * tokens)),
        Math.exp(nll / (4 * tokens)),
        nll / Math.log(2) / (4 * tokens),
        STATE);
  }

  private static CellRecord done(
      String task,
      String item,
      String policy,
      @Nullable Integer state,
      Map<String, String> options,
      Figures figures) {
    return new CellRecord(
        "k",
        "done",
        id(task, item, policy, state, "original", options),
        figures,
        null,
        1.5,
        "2026-01-01T00:00:00Z",
        0);
  }

  private static CellId id(
      String task,
      String item,
      String policy,
      @Nullable Integer state,
      String positions,
      Map<String, String> options) {
    Settings settings = SampleSettings.of("sample-model", policy, state, positions, 0);
    return new CellId(task, item, "cd".repeat(32), new TreeMap<>(options), settings);
  }

  /** One text with tags; each policy at two state sizes. */
  static List<KeptDocument> documents(int tokens, int layers, int setups) {
    List<String> pieces = new ArrayList<>(List.of(""));
    List<String> tags = new ArrayList<>(List.of("control"));
    String[] words = {
      " The",
      " lamp",
      " keeper",
      " climbed",
      " the",
      " stair",
      " slowly",
      ",",
      " and",
      " <b>",
      " the",
      " sea",
      " was",
      " 40",
      " grey",
      ".",
      "\n"
    };
    String[] kinds = {
      "DT", "NN", "NN", "VBD", "DT", "NN", "RB", ",", "CC", "SYM", "DT", "NN", "VBD", "CD", "JJ",
      ".", "\\n"
    };
    for (int p = 1; p < tokens; p++) {
      int w = (p - 1) % words.length;
      pieces.add(w == 7 && p % 5 == 0 ? ";" : words[w]);
      tags.add(kinds[w]);
    }
    List<Kept> all = new ArrayList<>();
    for (int s = 0; s < setups; s++) {
      String policy = List.of("tova", "window+4", "h2o").get(s % 3);
      int states = Math.max(4, tokens / (s < 3 ? 8 : 4));
      int[][] until = lives(policy, tokens, states, layers, s + 1);
      List<KeptSet> sets = new ArrayList<>();
      for (int l = 0; l < layers; l++) {
        sets.add(new KeptSet(l, -1, until[l]));
      }
      all.add(new Kept(policy, states, sets, tagLives(tags, until)));
    }
    return List.of(new KeptDocument(BOOK, tokens, pieces, tags, all));
  }

  private static List<TagLife> tagLives(List<String> tags, int[][] until) {
    List<TagLife> lives = new ArrayList<>();
    for (String tag : tags.stream().distinct().toList()) {
      long steps = 0;
      long count = 0;
      for (int p = 0; p < tags.size(); p++) {
        if (tags.get(p).equals(tag)) {
          count++;
          for (int[] set : until) {
            steps += set[p] - p;
          }
        }
      }
      lives.add(new TagLife(tag, count, (double) steps / count / until.length));
    }
    return lives;
  }

  /**
   * Steps through a text with at most k states: the first ones stay, or some that chance favours.
   */
  private static int[][] lives(String policy, int tokens, int k, int layers, long seed) {
    int[][] until = new int[layers][tokens];
    for (int l = 0; l < layers; l++) {
      Random random = new Random(seed * 100 + l);
      List<Integer> held = new ArrayList<>();
      for (int t = 1; t <= tokens; t++) {
        held.add(t - 1);
        if (held.size() > k) {
          int victim =
              policy.equals("window+4")
                  ? 4
                  : (int) (held.size() * Math.pow(random.nextDouble(), 1.0 + l));
          int out = Math.min(victim, held.size() - 1);
          held.subList(out, out + 1).clear();
        }
        for (int p : held) {
          until[l][p] = t;
        }
      }
    }
    return until;
  }
}
