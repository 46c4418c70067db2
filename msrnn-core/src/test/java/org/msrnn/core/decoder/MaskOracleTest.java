package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPlanners.Competing;
import org.msrnn.core.TestPlanners.Given;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.reference.PlainBackend;

/** The streaming engine against masked attention over the whole sequence. */
class MaskOracleTest {
  private static final int TOKENS = 60;
  private static final double TOLERANCE = 2e-4;
  private static final BudgetPlanner LAYERS =
      new Given(new int[][] {{3, 3, 3}, {17, 17, 17}, {7, 7, 7}});
  private static final BudgetPlanner HEADS =
      new Given(new int[][] {{3, 9, 15}, {8, 6, 13}, {20, 2, 5}});

  record Case(StateSpec spec, Shape shape, long seed) {
    Case(EvictionPolicy policy, int states, Shape shape, long seed) {
      this(StateSpec.of(policy, states), shape, seed);
    }

    Case with(BudgetPlanner budgets) {
      return new Case(spec.with(budgets), shape, seed);
    }

    boolean isFull() {
      return spec.policy() instanceof TestPolicies.Full;
    }
  }

  static Stream<Case> cases() {
    Shape wide = new Shape(3, 6, 3, 6, 41);
    Shape single = new Shape(2, 3, 1, 10, 23);
    return Stream.of(
        new Case(new TestPolicies.Full(), 1, Shape.SMALL, 1),
        new Case(new TestPolicies.Window(0, true), 7, Shape.SMALL, 2),
        new Case(new TestPolicies.Window(3, true), 8, wide, 3),
        new Case(new TestPolicies.Window(3, false), 8, wide, 4),
        new Case(new TestPolicies.Tova(Granularity.LAYER), 5, Shape.SMALL, 5),
        new Case(new TestPolicies.Tova(Granularity.LAYER), 1, Shape.SMALL, 6),
        new Case(new TestPolicies.Tova(Granularity.KV_HEAD), 6, wide, 7),
        new Case(new TestPolicies.H2o(Granularity.LAYER), 9, single, 8),
        new Case(new TestPolicies.H2o(Granularity.KV_HEAD), 8, wide, 9),
        new Case(new TestPolicies.Chance(Granularity.LAYER), 6, wide, 10),
        new Case(new TestPolicies.Chance(Granularity.KV_HEAD), 6, Shape.SMALL, 11),
        new Case(new TestPolicies.Full(), 1, wide.windows(9, 0, 4), 12),
        new Case(new TestPolicies.Window(0, true), 7, wide.windows(5, 12, 0), 13),
        new Case(new TestPolicies.Window(3, true), 8, wide.windows(5, 12, 0), 14),
        new Case(new TestPolicies.Window(3, false), 8, wide.windows(5, 12, 0), 15),
        new Case(new TestPolicies.Tova(Granularity.LAYER), 6, wide.windows(4, 13, 0), 16),
        new Case(new TestPolicies.H2o(Granularity.KV_HEAD), 8, wide.windows(13, 1, 5), 17),
        new Case(new TestPolicies.Tova(Granularity.LAYER), 9, wide, 18).with(LAYERS),
        new Case(new TestPolicies.Window(1, true), 9, wide, 19).with(LAYERS),
        new Case(new TestPolicies.H2o(Granularity.KV_HEAD), 9, wide, 20).with(HEADS),
        new Case(new TestPolicies.Window(1, true), 9, wide, 21).with(LAYERS),
        new Case(new TestPolicies.Tova(Granularity.KV_HEAD), 9, wide.windows(5, 12, 0), 22)
            .with(HEADS),
        new Case(new TestPolicies.Tova(Granularity.KV_HEAD), 6, wide, 23)
            .with(new Competing(BudgetPlanner.UNIFORM, 0.2)),
        new Case(new TestPolicies.H2o(Granularity.KV_HEAD), 9, wide, 24)
            .with(new Competing(HEADS, 0.4)),
        new Case(new TestPolicies.Chance(Granularity.KV_HEAD), 5, Shape.SMALL, 25)
            .with(new Competing(BudgetPlanner.UNIFORM, 0)),
        new Case(new TestPolicies.Tova(Granularity.KV_HEAD), 7, wide.windows(5, 12, 0), 26)
            .with(new Competing(BudgetPlanner.UNIFORM, 0.5)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stepwiseEngineEqualsMaskedAttention(Case one) {
    DecoderModel model = TestModels.random(one.shape, one.seed);
    int[] tokens = TestModels.tokens(model, TOKENS, one.seed);
    try (Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);
        MultiState state = msrnn.start(one.spec)) {
      long[][][][] kept = new long[TOKENS][model.info().layers()][model.info().kvHeads()][];
      float[][] logits = new float[TOKENS][model.info().vocabulary()];
      for (int t = 0; t < TOKENS; t++) {
        msrnn.step(state, tokens[t], logits[t]);
        record(state, kept[t]);
      }
      double[][] expected =
          new MaskOracle(model)
              .logits(
                  tokens,
                  (layer, head, query, key) ->
                      query - key < model.info().window(layer)
                          && (query == key
                              || Arrays.binarySearch(kept[query - 1][layer][head], key) >= 0));
      assertEqual(logits, expected);
      assertBudgetsKept(state, one, model.info());
      assertFeedEquals(msrnn, one, tokens, logits, state);
    }
  }

  /** A set keeps what its newest query could see, and no more than its budget. */
  private static void assertBudgetsKept(MultiState state, Case one, ModelInfo info) {
    Budgets budgets =
        one.spec
            .budgets()
            .plan(BudgetPlanner.Request.of(info, one.spec.policy(), one.spec.states()));
    for (int l = 0; l < info.layers(); l++) {
      long sum = 0;
      long most = 0;
      for (int h = 0; h < info.kvHeads(); h++) {
        long budget = one.isFull() ? TOKENS : budgets.states(l, h);
        long[] kept = state.kept(l, h);
        if (one.spec.budgets().guaranteed() == 1) {
          assertThat(kept).hasSize((int) Math.min(budget, info.window(l)));
        }
        int guaranteed = (int) (one.spec.budgets().guaranteed() * budget);
        assertThat(kept).hasSizeGreaterThanOrEqualTo((int) Math.min(guaranteed, info.window(l)));
        sum += kept.length;
        most += budget;
      }
      assertThat(sum).isLessThanOrEqualTo(most);
      if (info.window(l) >= TOKENS) {
        assertThat(sum).isEqualTo(most);
      }
      long seen = TOKENS - 1 - info.window(l);
      for (int h = 0; h < info.kvHeads(); h++) {
        assertThat(Arrays.stream(state.kept(l, h))).allMatch(p -> p > seen);
      }
    }
    if (one.spec.budgets().equals(BudgetPlanner.UNIFORM)) {
      assertThat(state.peakStates()).isEqualTo(one.isFull() ? TOKENS : one.spec.states());
    }
  }

  private static void record(MultiState state, long[][][] kept) {
    for (int l = 0; l < kept.length; l++) {
      for (int h = 0; h < kept[l].length; h++) {
        kept[l][h] = state.kept(l, h);
      }
    }
  }

  /** Layer-major evaluation of the same tokens, in two feeds of odd length. */
  private static void assertFeedEquals(
      Msrnn msrnn, Case one, int[] tokens, float[][] logits, MultiState stepped) {
    try (MultiState fed = msrnn.start(one.spec)) {
      float[][] found = new float[tokens.length][];
      msrnn.feed(fed, Arrays.copyOf(tokens, 23), (i, row) -> found[i] = row.clone());
      int[] rest = Arrays.copyOfRange(tokens, 23, tokens.length);
      msrnn.feed(fed, rest, (i, row) -> found[23 + i] = row.clone());
      for (int t = 0; t < tokens.length; t++) {
        for (int i = 0; i < logits[t].length; i++) {
          assertThat(found[t][i]).as("token %d", t).isCloseTo(logits[t][i], within(1e-4f));
        }
      }
      for (int l = 0; l < msrnn.model().layers(); l++) {
        for (int h = 0; h < msrnn.model().kvHeads(); h++) {
          assertThat(fed.kept(l, h)).isEqualTo(stepped.kept(l, h));
        }
      }
    }
  }

  private static void assertEqual(float[][] found, double[][] expected) {
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        assertThat((double) found[t][i])
            .as("token %d, logit %d", t, i)
            .isCloseTo(expected[t][i], within(TOLERANCE));
      }
    }
  }

  @Test
  void wholeRegimeAttendsOverEverythingAndReducesOnce() {
    DecoderModel model = TestModels.random(Shape.SMALL, 20);
    int[] tokens = TestModels.tokens(model, TOKENS, 20);
    var policy = new TestPolicies.Tova(Granularity.LAYER);
    try (Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);
        MultiState state = msrnn.start(StateSpec.of(policy, 5).with(Regime.WHOLE))) {
      float[][] logits = new float[TOKENS][];
      msrnn.feed(state, tokens, (i, row) -> logits[i] = row.clone());
      assertEqual(logits, new MaskOracle(model).logits(tokens, (l, h, q, k) -> true));
      assertThat(state.states()).isEqualTo(5);
      assertThat(state.evictions()).isEqualTo((TOKENS - 5L) * model.info().layers());
    }
  }

  @Test
  void chunkedRegimeSeesKeptAndChunk() {
    DecoderModel model = TestModels.random(Shape.SMALL, 21);
    int[] tokens = TestModels.tokens(model, TOKENS, 21);
    int chunk = 7;
    var spec = StateSpec.of(new TestPolicies.Window(0, true), 5).with(Regime.chunked(chunk));
    try (Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);
        MultiState state = msrnn.start(spec)) {
      float[][] logits = new float[TOKENS][];
      msrnn.feed(state, tokens, (i, row) -> logits[i] = row.clone());
      assertEqual(
          logits, new MaskOracle(model).logits(tokens, (l, h, q, k) -> k >= q / chunk * chunk - 5));
      assertThat(state.states()).isEqualTo(5);
    }
  }

  @Test
  void chunksOfOneAreStepwise() {
    DecoderModel model = TestModels.random(Shape.SMALL, 22);
    int[] tokens = TestModels.tokens(model, TOKENS, 22);
    var policy = new TestPolicies.H2o(Granularity.KV_HEAD);
    try (Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);
        MultiState stepwise = msrnn.start(StateSpec.of(policy, 6));
        MultiState chunked = msrnn.start(StateSpec.of(policy, 6).with(Regime.chunked(1)))) {
      float[] a = new float[model.info().vocabulary()];
      float[] b = new float[model.info().vocabulary()];
      msrnn.feed(stepwise, tokens, LogitsSink.last(TOKENS, a));
      msrnn.feed(chunked, tokens, LogitsSink.last(TOKENS, b));
      assertThat(a).isEqualTo(b);
    }
  }
}
