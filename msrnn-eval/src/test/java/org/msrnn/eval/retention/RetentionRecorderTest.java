package org.msrnn.eval.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.policy.Trigger;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.eval.task.StateFigures;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetentionRecorderTest {
  private static final int LAYERS = 3;
  private static final int HEADS = 2;
  private static final int VOCABULARY = 300;
  private static final Catalog CATALOG = Catalog.discover(List.of());

  private Backend backend;
  private Model model;

  @BeforeAll
  void open() {
    backend = CATALOG.openBackend("cpu:threads=3");
    var shape = new ModelShape("deep", LAYERS, 48, 4, HEADS, 64, VOCABULARY, 2048, 10_000, true);
    model = Model.random(shape, TensorType.F32, backend, Progress.NONE);
  }

  @AfterAll
  void close() {
    model.close();
    backend.close();
  }

  /** Those that act step by step, so that the states after every step can be looked at. */
  static Stream<String> stepwise() {
    return Stream.of(
        "full",
        "window",
        "window+4",
        "streaming-llm",
        "random",
        "tova",
        "tova:granularity=kv-head",
        "h2o",
        "h2o:granularity=kv-head",
        "h2o:recent=4+ada",
        "tova+ada:0.5",
        "random+sinks:3+recent:5",
        "tova+every:7",
        "tova+every:7+ada",
        "knorm+chunk:4");
  }

  private static Random random(String of) {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed + " of " + of);
    return new Random(seed);
  }

  private static StateSpec spec(String policy, int states) {
    return StateSpec.of(CATALOG.policy(PolicySpec.parse(policy)), states).withSeed(5);
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, VOCABULARY).toArray();
  }

  @ParameterizedTest
  @MethodSource("stepwise")
  void whoIsKeptIsWhatTheMultiStateHoldsAfterEveryStep(String policy) {
    Random random = random(policy);
    for (int round = 0; round < 3; round++) {
      int[] ids = tokens(random, 40 + random.nextInt(90));
      StateSpec spec = spec(policy, 12 + random.nextInt(25));
      Retention retention = RetentionRecorder.record(model.msrnn(), spec, ids, LogitsSink.NONE);

      int[][] expected = stepByStep(spec, ids);
      for (SetRetention set : retention.sets()) {
        assertThat(set.keptUntil(ids.length))
            .as("%s with %d states", set.name(), spec.states())
            .isEqualTo(expected[set.layer() * HEADS + Math.max(0, set.kvHead())]);
      }
    }
  }

  /** {@code [layers * heads][positions]}: tokens fed when a state was last seen. */
  private int[][] stepByStep(StateSpec spec, int[] ids) {
    int[][] keptUntil = new int[LAYERS * HEADS][ids.length];
    for (int[] set : keptUntil) {
      Arrays.setAll(set, p -> p);
    }
    float[] logits = new float[VOCABULARY];
    boolean promptEnds = spec.policy().trigger().steps() != 1;
    try (MultiState state = model.msrnn().start(spec)) {
      for (int t = 0; t < ids.length; t++) {
        if (promptEnds && t == ids.length - 1) {
          // the last token ends the prompt: states leave whatever the count
          model.msrnn().feed(state, new int[] {ids[t]}, LogitsSink.NONE);
        } else {
          model.msrnn().step(state, ids[t], logits);
        }
        for (int s = 0; s < keptUntil.length; s++) {
          for (long position : state.kept(s / HEADS, s % HEADS)) {
            keptUntil[s][(int) position] = t + 1;
          }
        }
      }
    }
    return keptUntil;
  }

  static Stream<String> policies() {
    return Stream.concat(stepwise(), Stream.of("snapkv", "cake", "tova+prompt-end", "fastgen"));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void theRecorderChangesNoLogit(String policy) {
    Random random = random(policy);
    int[] ids = tokens(random, 331);
    StateSpec spec = spec(policy, 144);
    float[][] found = new float[ids.length][];
    Retention retention =
        RetentionRecorder.record(
            model.msrnn(), spec, ids, (i, logits) -> found[i] = logits.clone());
    try (MultiState state = model.msrnn().start(spec)) {
      model
          .msrnn()
          .feed(
              state,
              ids,
              (i, logits) -> {
                if (spec.policy().positional()) {
                  // the unwrapped policy is one banded pass, which sums in another order
                  assertThat(found[i]).containsExactly(logits, within(1e-4f));
                } else {
                  assertThat(found[i]).as("logits of token %d", i).isEqualTo(logits);
                }
              });
      for (SetRetention set : retention.sets()) {
        int[] keptUntil = set.keptUntil(ids.length);
        assertThat(keptAfter(keptUntil, ids.length))
            .isEqualTo(state.kept(set.layer(), Math.max(0, set.kvHead())));
      }
    }
  }

  private static long[] keptAfter(int[] keptUntil, int tokens) {
    return java.util.stream.LongStream.range(0, tokens)
        .filter(p -> keptUntil[(int) p] == tokens)
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void livesAddUpToTheStatesHeld(String policy) {
    int[] ids = tokens(random(policy), 250);
    for (Regime regime : List.of(Regime.STEPWISE, Regime.chunked(32), Regime.WHOLE)) {
      Retention retention =
          RetentionRecorder.record(
              model.msrnn(), spec(policy, 144).with(regime), ids, LogitsSink.NONE);
      for (SetRetention set : retention.sets()) {
        long lives = 0;
        int[] keptUntil = set.keptUntil(ids.length);
        for (int p = 0; p < ids.length; p++) {
          lives += keptUntil[p] - p;
        }
        assertThat(set.held()).as("%s, %s", set.name(), regime).isEqualTo(lives);
      }
    }
  }

  @Test
  void whatActsAtThePromptsEndKeepsAllUntilThen() {
    int[] ids = tokens(random("prompt end"), 90);
    StateSpec spec = spec("tova+prompt-end", 30);
    assertThat(spec.policy().trigger()).isEqualTo(Trigger.PROMPT_END);
    Retention retention = RetentionRecorder.record(model.msrnn(), spec, ids, LogitsSink.NONE);

    for (SetRetention set : retention.sets()) {
      assertThat(Arrays.stream(set.keptUntil(90)).filter(until -> until == 89)).hasSize(60);
      assertThat(Arrays.stream(set.keptUntil(90)).filter(until -> until == 90)).hasSize(30);
    }
  }

  @Test
  void oneSetALayerOrOneAKvHead() {
    int[] ids = tokens(random("sets"), 50);
    assertThat(record("tova", ids).sets())
        .extracting(SetRetention::layer, SetRetention::kvHead)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, -1),
            org.assertj.core.groups.Tuple.tuple(1, -1),
            org.assertj.core.groups.Tuple.tuple(2, -1));
    assertThat(record("tova:granularity=kv-head", ids).sets()).hasSize(LAYERS * HEADS);
  }

  private Retention record(String policy, int[] ids) {
    return RetentionRecorder.record(model.msrnn(), spec(policy, 20), ids, LogitsSink.NONE);
  }

  @Test
  void livesAreReadAsTheyWereWritten() {
    int[] keptUntil = {70_000, 1, 130, 130, 20_000, 5};
    SetRetention set = SetRetention.of(0, 1, Arrays.copyOf(keptUntil, 70_000), null);
    int[] expected = new int[70_000];
    Arrays.setAll(expected, p -> p < keptUntil.length ? Math.max(p, keptUntil[p]) : p);

    assertThat(set.keptUntil(70_000)).isEqualTo(expected);
  }

  @Test
  void damagedLivesAreASentence() {
    assertThatThrownBy(() -> new SetRetention(3, -1, "AQ", 1L).keptUntil(2))
        .isInstanceOf(MsrnnException.class)
        .hasMessage("the recorded lives of layer 3 end after 1 of 2 tokens");
    assertThatThrownBy(() -> new SetRetention(3, 2, "AQEB", 1L).keptUntil(2))
        .hasMessage("the recorded lives of layer 3, KV head 2 go on after 2 tokens");
    assertThatThrownBy(() -> new SetRetention(3, -1, "AQg=", 1L).keptUntil(2))
        .hasMessage("the recorded lives of layer 3 say 8 steps of token 1 of 2");
    assertThatThrownBy(() -> new SetRetention(3, -1, "//////////8B", 1L).keptUntil(2))
        .hasMessageContaining("end after 0 of 2 tokens");
    assertThatThrownBy(() -> new SetRetention(3, -1, "?", 1L).keptUntil(2))
        .hasMessage("the recorded lives of layer 3 are not Base64");
  }

  @Test
  void aResultHoldsAnEvenChoiceOfManySets() {
    var sets =
        java.util.stream.IntStream.range(0, 100)
            .mapToObj(l -> new SetRetention(l, -1, "", null))
            .toList();
    var few = new Retention(1 << 16, 4, sets, StateFigures.NONE).forResult().sets();

    assertThat(few).hasSize(16);
    assertThat(few.getFirst().layer()).isZero();
    assertThat(few.getLast().layer()).isEqualTo(99);
    assertThat(new Retention(4096, 4, sets, StateFigures.NONE).forResult().sets()).hasSize(100);
  }
}
