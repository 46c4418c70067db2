package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.Regime;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/**
 * The less trivial policies against a plain computation of their formulas, which remembers all
 * attention there ever was, over random attention.
 */
class SecondImplementationTest {
  private static final int TOKENS = 90;
  private static final int SEEDS = 8;

  /** What a policy's formula says of the states held, in order of position: lowest leaves. */
  private interface Formula {
    double[] scores(Past past, List<Integer> held);
  }

  /**
   * All attention of one set so far: {@code weights[query][head][key]}, 0 for what was not held.
   */
  private record Past(List<double[][]> weights, List<Integer> sizes) {
    int queries() {
      return weights.size();
    }

    int heads() {
      return weights.getFirst().length;
    }

    /** The mean over heads. */
    double mean(int query, int key) {
      double sum = 0;
      for (double[] head : weights.get(query)) {
        sum += head[key];
      }
      return sum / heads();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 7", "2, 12, 5", "3, 53, 3", "1, 400, 0", "4, 104, 10"})
  void scissorhandsCountsTheLowWeightsOfTheLastQueries(int group, int history, int recent) {
    Formula formula =
        (past, held) ->
            scores(
                held,
                j -> {
                  int low = 0;
                  for (int t = Math.max(j, past.queries() - history); t < past.queries(); t++) {
                    low += past.mean(t, j) < 1.0 / past.sizes().get(t) ? 1 : 0;
                  }
                  return -low;
                });
    compare("scissorhands:history=" + history + ",recent=" + recent, group, 12, recent, formula);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 9", "2, 4, 3", "3, 0, 11", "2, 0, 1", "2, 3, 500"})
  void rocoTakesTheLeastMeanOfThoseThatVariedLeast(int group, int recent, int feasible) {
    Formula formula =
        (past, held) -> {
          List<Integer> candidates = held.subList(0, held.size() - recent);
          List<Integer> may =
              candidates.stream()
                  .sorted(Comparator.comparingDouble(j -> deviation(past, j)))
                  .limit(feasible)
                  .toList();
          return scores(held, j -> may.contains(j) ? average(past, j) : 10 + average(past, j));
        };
    compare("roco:recent=" + recent + ",feasible=" + feasible, group, 12, recent, formula);
  }

  private static double average(Past past, int key) {
    return IntStream.range(key, past.queries())
        .mapToDouble(t -> past.mean(t, key))
        .average()
        .orElseThrow();
  }

  /** In two passes, where the policy sums squares. */
  private static double deviation(Past past, int key) {
    double average = average(past, key);
    return Math.sqrt(
        IntStream.range(key, past.queries())
            .mapToDouble(t -> Math.pow(past.mean(t, key) - average, 2))
            .average()
            .orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2, 3, avg, mean, false",
    "2, 5, 5, avg, mean, false",
    "3, 4, 5, avg, max, false",
    "2, 3, 3, avg, max, true",
    "2, 8, 5, max, mean, false",
    "3, 1, 7, max, mean, true",
    "2, 6, 3, max, max, false",
    "2, 6, 99, avg, mean, true",
    "4, 11, 1, avg, max, true"
  })
  void snapKvPoolsTheMeanOfTheLastQueries(
      int group, int window, int kernel, String pooling, String reduce, boolean reduceFirst) {
    boolean max = pooling.equals("max");
    boolean maxHead = reduce.equals("max");
    Formula formula =
        (past, held) -> {
          int before = held.size() - window;
          double[][] heads = new double[past.heads()][before];
          for (int h = 0; h < heads.length; h++) {
            for (int e = 0; e < before; e++) {
              for (int t = past.queries() - window; t < past.queries(); t++) {
                heads[h][e] += past.weights().get(t)[h][held.get(e)] / window;
              }
            }
          }
          double[] all =
              reduceFirst
                  ? pool(reduce(heads, maxHead), kernel, max)
                  : reduce(pool(heads, kernel, max), maxHead);
          return Arrays.copyOf(all, held.size());
        };
    String spec =
        "snapkv:window=%d,kernel=%d,pooling=%s,reduce=%s,reduce-first=%s"
            .formatted(window, kernel, pooling, reduce, reduceFirst);
    compare(spec, group, 12, window, formula);
  }

  private static double[] reduce(double[][] heads, boolean max) {
    return IntStream.range(0, heads[0].length)
        .mapToDouble(
            e -> {
              var column = Arrays.stream(heads).mapToDouble(head -> head[e]);
              return (max ? column.max() : column.average()).orElseThrow();
            })
        .toArray();
  }

  private static double[][] pool(double[][] heads, int kernel, boolean max) {
    return Arrays.stream(heads).map(head -> pool(head, kernel, max)).toArray(double[][]::new);
  }

  /** On a padded copy. */
  private static double[] pool(double[] head, int kernel, boolean max) {
    double[] padded = new double[head.length + kernel - 1];
    System.arraycopy(head, 0, padded, kernel / 2, head.length);
    return IntStream.range(0, head.length)
        .mapToDouble(
            e -> {
              var part = Arrays.stream(padded, e, e + kernel);
              return max ? part.max().orElseThrow() : part.sum() / kernel;
            })
        .toArray();
  }

  private static double[] scores(List<Integer> held, IntToDoubleFunction score) {
    return held.stream().mapToDouble(score::applyAsDouble).toArray();
  }

  private static void compare(String spec, int group, int states, int recent, Formula formula) {
    for (int seed = 0; seed < SEEDS; seed++) {
      for (int chunk : new int[] {1, 7, TOKENS}) {
        AttentionSource source = AttentionIdentityTest.random(seed);
        PolicySimulation simulation =
            new PolicySimulation(
                Policies.create(spec), SimulatedLayer.of(2, group, states), source);
        simulation.prompt(TOKENS, Regime.chunked(chunk));

        for (int kvHead = 0; kvHead < 2; kvHead++) {
          assertThat(simulation.kept(kvHead))
              .as("seed %d, chunk %d, KV head %d of %s", seed, chunk, kvHead, spec)
              .isEqualTo(plain(source, kvHead, group, states, recent, chunk, formula));
        }
      }
    }
  }

  /** The kept positions of one KV head. */
  private static long[] plain(
      AttentionSource source,
      int kvHead,
      int group,
      int states,
      int recent,
      int chunk,
      Formula formula) {
    Past past = new Past(new ArrayList<>(), new ArrayList<>());
    List<Integer> held = new ArrayList<>();
    for (int t = 0; t < TOKENS; t++) {
      held.add(t);
      double[][] rows = new double[group][];
      for (int h = 0; h < group; h++) {
        rows[h] = row(source, kvHead * group + h, t, held);
      }
      past.weights().add(rows);
      past.sizes().add(held.size());
      if ((t + 1) % chunk == 0 || t + 1 == TOKENS) {
        double[] scores = held.size() > states ? formula.scores(past, held) : new double[0];
        List<Integer> order =
            IntStream.range(0, Math.max(0, scores.length - recent))
                .boxed()
                .sorted(Comparator.comparingDouble(e -> scores[e]))
                .limit(Math.max(0, scores.length - states))
                .map(held::get)
                .toList();
        held.removeAll(order);
      }
    }
    return held.stream().mapToLong(Integer::longValue).toArray();
  }

  private static double[] row(AttentionSource source, int head, int query, List<Integer> held) {
    double[] weights = new double[query + 1];
    double sum = 0;
    for (int key : held) {
      weights[key] = Math.exp(source.logit(head, query, key));
      sum += weights[key];
    }
    for (int key : held) {
      weights[key] /= sum;
    }
    return weights;
  }
}
