package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.tokenizer.StreamingDecoder;
import org.msrnn.eval.metric.LogProbability;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole engine, from model file to perplexity and kept states, against results that were
 * computed in float64 without it. The models and results lie beside the repository.
 */
class ReferenceResultsTest {
  private final Catalog catalog = Catalog.discover(List.of());

  private static JsonNode json(String name) throws IOException {
    return JsonMapper.shared().readTree(Files.readString(SharedFiles.file(name)));
  }

  /** An open model with its backend. */
  private record Opened(Backend backend, Model model) implements AutoCloseable {
    @Override
    public void close() {
      model.close();
      backend.close();
    }
  }

  private Opened open(String backend, String file) {
    Backend opened = OpenCl.open(catalog, backend);
    return new Opened(opened, Model.open(SharedFiles.file(file), opened, Progress.NONE));
  }

  private static int[] withBos(Model model, String text) {
    int[] ids = model.tokenizer().encode(text);
    int[] all = new int[ids.length + 1];
    all[0] = model.tokenizer().bos().orElseThrow();
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "plain, models/bookworm-F32.gguf, expected/perplexity.json, 0.0001",
    "cpu, models/bookworm-F32.gguf, expected/perplexity.json, 0.0005",
    "cpu, models/bookworm-Q8_0.gguf, expected/perplexity-q8_0.json, 0.0005",
    "opencl, models/bookworm-F32.gguf, expected/perplexity.json, 0.0005",
    "opencl, models/bookworm-Q8_0.gguf, expected/perplexity-q8_0.json, 0.0005",
  })
  void everyRowOfTheReferenceIsReached(
      String backend, String file, String expected, double tolerance) throws IOException {
    try (Opened opened = open(backend, file)) {
      for (JsonNode row : json(expected).get("rows")) {
        int[] ids =
            withBos(
                opened.model, Files.readString(SharedFiles.file("expected/" + text(row, "text"))));
        check(opened.model, ids, row, tolerance);
      }
    }
  }

  private static String text(JsonNode row, String field) {
    return row.get(field).asString();
  }

  private void check(Model model, int[] ids, JsonNode row, double tolerance) {
    String what = text(row, "policySpec") + " " + row.get("state") + " " + text(row, "positions");
    EvictionPolicy policy = catalog.policy(PolicySpec.parse(text(row, "policySpec")));
    int states = row.get("state").isNull() ? 1 : row.get("state").asInt();
    int tokens = row.get("tokens").asInt();
    StateSpec spec = StateSpec.of(policy, states).with(catalog.positions(text(row, "positions")));
    try (MultiState state = model.msrnn().start(spec)) {
      double[] nll = nll(model, state, ids, tokens);
      double perplexity = Math.exp(Arrays.stream(nll).sum() / tokens);
      double reference = row.get("perplexity").asDouble();
      assertThat(perplexity / reference).as(what).isCloseTo(1, within(tolerance));
      if (row.has("perplexityAfterState")) {
        double after = Math.exp(Arrays.stream(nll).skip(states).average().orElseThrow());
        assertThat(after / row.get("perplexityAfterState").asDouble())
            .as("%s, after the state", what)
            .isCloseTo(1, within(tolerance));
      }
      if (row.has("keptPositions")) {
        assertKept(state, 0, row.get("keptPositions").get("layer0"), what);
        assertKept(state, model.info().layers() - 1, row.get("keptPositions").get("last"), what);
      }
    }
  }

  private static double[] nll(Model model, MultiState state, int[] ids, int tokens) {
    double[] nll = new double[tokens];
    model
        .msrnn()
        .feed(
            state,
            Arrays.copyOf(ids, tokens),
            (i, logits) -> nll[i] = -LogProbability.of(logits, ids[i + 1]));
    return nll;
  }

  private static void assertKept(MultiState state, int layer, JsonNode sets, String what) {
    int expected = state.spec().policy().granularity() == Granularity.LAYER ? 1 : sets.size();
    assertThat(sets.size()).as(what).isEqualTo(expected);
    for (int h = 0; h < sets.size(); h++) {
      List<Long> positions = new ArrayList<>();
      sets.get(h).forEach(position -> positions.add(position.asLong()));
      assertThat(Arrays.stream(state.kept(layer, h)).boxed().toList())
          .as("%s, layer %d, set %d", what, layer, h)
          .isEqualTo(positions);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "window+4", "h2o:granularity=kv-head", "tova", "random"})
  void layerMajorEvaluationEqualsTheStepsOfGeneration(String policy) throws IOException {
    try (Opened opened = open("cpu", "models/bookworm-F32.gguf")) {
      Model model = opened.model;
      int tokens = 300;
      int[] ids = withBos(model, Files.readString(SharedFiles.file("expected/text.txt")));
      StateSpec spec = StateSpec.of(catalog.policy(PolicySpec.parse(policy)), 64);
      try (MultiState fed = model.msrnn().start(spec);
          MultiState stepped = model.msrnn().start(spec)) {
        double[] nll = nll(model, fed, ids, tokens);
        float[] logits = new float[model.info().vocabulary()];
        for (int t = 0; t < tokens; t++) {
          model.msrnn().step(stepped, ids[t], logits);
          assertThat(-LogProbability.of(logits, ids[t + 1]))
              .as("%s at %d", policy, t)
              .isCloseTo(nll[t], within(1e-4));
        }
        assertThat(stepped.kept(5, 2)).isEqualTo(fed.kept(5, 2));
      }
    }
  }

  @Test
  void aStateAsLargeAsTheTextIsTheTopline() throws IOException {
    try (Opened opened = open("cpu", "models/bookworm-F32.gguf")) {
      Model model = opened.model;
      int[] ids =
          Arrays.copyOf(
              withBos(model, Files.readString(SharedFiles.file("expected/text.txt"))), 256);
      float[] full = last(model, "full", ids);
      for (String policy : List.of("window", "window+4", "h2o", "tova", "random")) {
        assertThat(last(model, policy, ids))
            .as(policy)
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(full);
      }
    }
  }

  private float[] last(Model model, String policy, int[] ids) {
    StateSpec spec = StateSpec.of(catalog.policy(PolicySpec.parse(policy)), ids.length);
    float[] logits = new float[model.info().vocabulary()];
    try (MultiState state = model.msrnn().start(spec)) {
      model.msrnn().feed(state, ids, LogitsSink.last(ids.length, logits));
    }
    return logits;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "cpu", "opencl"})
  void greedyDecodingOfStories260kGivesTheKnownTokensAndText(String backend) throws IOException {
    JsonNode known = json("models/stories260K/greedy.json");
    int[] ids = new int[known.get("ids").size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = known.get("ids").get(i).asInt();
    }
    try (Opened opened = open(backend, "models/stories260K/stories260K-F32.gguf")) {
      Model model = opened.model;
      int[] found = greedy(model, text(known, "prompt"), ids.length);
      assertThat(found).isEqualTo(ids);
      var decoder = new StreamingDecoder(model.tokenizer(), true);
      var text = new StringBuilder();
      for (int id : found) {
        text.append(decoder.next(id));
      }
      text.append(decoder.end());
      assertThat(text.toString().strip()).isEqualTo(text(known, "text").strip());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "cpu", "opencl"})
  void greedyDecodingOfBookwormGivesTheTokensOfAnIndependentDecoder(String backend) {
    // by a decoder in float64 that shares nothing with this one; its least margin is 0.04
    String known =
        "0 1094 312 259 1602 1387 293 263 1131 14 603 312 259 531 629 320 263 643 340 466 293 263"
            + " 1131 14 603 312 259 684 629 277 629 277 629 14 603 312 259 684 629 277 629 277 629"
            + " 14 603 312 259 684 629 277 629 277 629 14 603 312 259 684 629 277 629 277 629 14"
            + " 603 312 259 684 629 277 629";
    int[] ids = Arrays.stream(known.split(" ")).mapToInt(Integer::parseInt).toArray();
    try (Opened opened = open(backend, "models/bookworm-F32.gguf")) {
      assertThat(greedy(opened.model, "It was a cold evening in", ids.length)).isEqualTo(ids);
    }
  }

  private int[] greedy(Model model, String prompt, int length) {
    int[] given = withBos(model, prompt);
    int[] found = Arrays.copyOf(given, length);
    float[] logits = new float[model.info().vocabulary()];
    EvictionPolicy full = catalog.policy(PolicySpec.of("full"));
    try (MultiState state = model.msrnn().start(StateSpec.of(full, 1))) {
      for (int t = 0; t + 1 < length; t++) {
        model.msrnn().step(state, found[t], logits);
        if (t + 1 >= given.length) {
          found[t + 1] = Sampler.greedy().next(logits, t + 1);
        }
      }
    }
    return found;
  }
}
