package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Trigger;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;
import org.msrnn.core.synthetic.ModelShape;

/**
 * What holds for every policy that is found, in the real engine: a model with random weights on the
 * plain backend. A policy that comes later is tried without a word here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPolicyTest {
  private static final int STATES = 144; // more than any built-in policy pins
  private static final int TOKENS = 331;
  private static final int PROMPT = 200;
  private static final int STEPS = 100;
  private static final int MOST_ROUNDS = 10;

  private static final Catalog CATALOG = Catalog.discover(List.of());

  private Backend backend;
  private Model model;
  private int[] tokens;

  @BeforeAll
  void open() {
    backend = CATALOG.openBackend("plain");
    model = Model.random(ModelShape.named("tiny"), TensorType.F32, backend, Progress.NONE);
    tokens = new Random(7).ints(TOKENS, 0, model.info().vocabulary()).toArray();
  }

  @AfterAll
  void close() {
    model.close();
    backend.close();
  }

  static Stream<String> policies() {
    return CATALOG.policies().stream().map(Found::name);
  }

  /** All policies, per KV head where they can, and with every wrapper that needs no file. */
  static Stream<String> specs() {
    return Stream.concat(
        policies(),
        Stream.of(
            "tova:granularity=kv-head",
            "h2o:granularity=kv-head",
            "knorm:granularity=layer",
            "keydiff:granularity=layer",
            "cake:granularity=layer",
            "tova+sinks:4",
            "random+sinks:3+recent:5",
            "knorm+chunk:4",
            "snapkv:reduce=max+pool:3,kind=max",
            "h2o+per-layer:3/1",
            "tova+every:7",
            "ada(tova)",
            "ada(pyramidkv)"));
  }

  /** Those that are bounded while tokens are generated. */
  static Stream<String> bounded() {
    return specs().filter(p -> spec(p, STATES).policy().trigger().kind() == Trigger.Kind.EVERY);
  }

  /** Those for which the end of a prompt is a step like any other. */
  static Stream<String> everyStep() {
    return specs()
        .filter(p -> spec(p, STATES).policy().trigger().equals(Trigger.EVERY_STEP))
        .filter(p -> !spec(p, STATES).budgets().adaptive());
  }

  /** Those whose sets stay of one size; plain kernels take more memory for larger ones. */
  static Stream<String> steady() {
    return specs()
        .filter(p -> spec(p, STATES).policy().trigger().equals(Trigger.EVERY_STEP))
        .filter(p -> spec(p, STATES).budgets().guaranteed() == 1);
  }

  private static StateSpec spec(String policy, int states) {
    return StateSpec.of(CATALOG.policy(PolicySpec.parse(policy)), states).withSeed(5);
  }

  private Msrnn msrnn() {
    return model.msrnn();
  }

  private float[][] feed(MultiState state, int from, int to) {
    float[][] logits = new float[to - from][];
    msrnn().feed(state, Arrays.copyOfRange(tokens, from, to), (i, row) -> logits[i] = row.clone());
    return logits;
  }

  private float[][] step(MultiState state, int from, int to) {
    float[][] logits = new float[to - from][model.info().vocabulary()];
    for (int t = from; t < to; t++) {
      msrnn().step(state, tokens[t], logits[t - from]);
    }
    return logits;
  }

  private static void assertSameLogits(float[][] found, float[][] expected) {
    for (int t = 0; t < expected.length; t++) {
      float most = 0;
      for (int v = 0; v < expected[t].length; v++) {
        most = Math.max(most, Math.abs(found[t][v] - expected[t][v]));
      }
      assertThat(most).as("largest difference at token %d", t).isLessThan(1e-4f);
    }
  }

  private void assertSameStates(MultiState found, MultiState expected) {
    for (int l = 0; l < model.info().layers(); l++) {
      for (int h = 0; h < model.info().kvHeads(); h++) {
        assertThat(found.kept(l, h)).as("layer %d, head %d", l, h).isEqualTo(expected.kept(l, h));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aStateThatHoldsEverythingIsTheTransformer(String policy) {
    try (MultiState full = msrnn().start(spec("full", 1));
        MultiState state = msrnn().start(spec(policy, TOKENS + 5).with(BudgetPlanner.UNIFORM))) {
      float[][] expected = feed(full, 0, TOKENS);
      float[][] found = feed(state, 0, TOKENS);

      assertThat(state.evictions()).isZero();
      assertSameLogits(found, expected);
    }
  }

  @ParameterizedTest
  @MethodSource("bounded")
  void noMoreStatesAreCarriedOnThanAllowed(String policy) {
    StateSpec spec = spec(policy, STATES);
    Trigger trigger = spec.policy().trigger();
    int sets = spec.policy().granularity() == Granularity.LAYER ? 1 : model.info().kvHeads();
    long layers = model.info().layers();
    try (MultiState state = msrnn().start(spec)) {
      for (int t = 0; t < TOKENS; t++) {
        step(state, t, t + 1);
        long held = 0;
        for (int l = 0; l < layers; l++) {
          for (int h = 0; h < sets; h++) {
            held += state.kept(l, h).length;
          }
        }
        assertThat(held)
            .as("%s after %d tokens", policy, t + 1)
            .isLessThanOrEqualTo(layers * sets * (STATES + trigger.steps() - 1L));
      }
      assertThat(state.evictions()).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("everyStep")
  void layerMajorIsStepByStep(String policy) {
    try (MultiState fed = msrnn().start(spec(policy, STATES));
        MultiState stepped = msrnn().start(spec(policy, STATES))) {
      float[][] found = feed(fed, 0, TOKENS);
      float[][] expected = step(stepped, 0, TOKENS);

      assertSameStates(fed, stepped);
      assertSameLogits(found, expected);
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void savedForkedAndRestoredStatesHaveTheSameFuture(String policy) throws IOException {
    for (Regime regime : List.of(Regime.STEPWISE, Regime.WHOLE)) {
      StateSpec spec = spec(policy, STATES).with(regime);
      try (MultiState state = msrnn().start(spec)) {
        feed(state, 0, PROMPT);
        step(state, PROMPT, PROMPT + 9);
        var file = new ByteArrayOutputStream();
        state.save(file);
        try (MultiState fork = state.fork();
            MultiState loaded = msrnn().load(new ByteArrayInputStream(file.toByteArray()), spec)) {
          float[][] expected = step(state, PROMPT + 9, TOKENS);

          assertThat(step(fork, PROMPT + 9, TOKENS)).isDeepEqualTo(expected);
          assertThat(step(loaded, PROMPT + 9, TOKENS)).isDeepEqualTo(expected);
          assertSameStates(fork, state);
          assertSameStates(loaded, state);
        }
      }
    }
  }

  /** The plain kernels take memory, the same for every policy; the window looks at nothing. */
  @ParameterizedTest
  @MethodSource("steady")
  void aStepInTheSteadyStateAllocatesNothing(String policy) throws ReflectiveOperationException {
    StateSpec spec = spec(policy, STATES);
    long kernels = bytesOfSteps(spec("window", STATES).with(spec.positions()), Long.MIN_VALUE);

    assertThat(bytesOfSteps(spec, kernels))
        .as("bytes of %d steps of %s", STEPS, policy)
        .isLessThan(kernels + STEPS);
  }

  /** Until it is as low as wanted, or all code that runs is compiled. */
  private long bytesOfSteps(StateSpec spec, long wanted) throws ReflectiveOperationException {
    try (MultiState state = msrnn().start(spec)) {
      float[] logits = new float[model.info().vocabulary()];
      msrnn().feed(state, tokens, LogitsSink.NONE);
      long least = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && least > wanted; round++) {
        long before = allocated();
        for (int i = 0; i < STEPS; i++) {
          msrnn().step(state, tokens[i], logits);
        }
        least = Math.min(least, allocated() - before);
      }
      return least;
    }
  }

  /** By reflection: a test is part of its module, which has no business with jdk.management. */
  private static long allocated() throws ReflectiveOperationException {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Class<?> bean = Class.forName("com.sun.management.ThreadMXBean");
    assumeTrue(bean.isInstance(threads), "this JVM does not count allocated bytes by thread");
    return (long) bean.getMethod("getCurrentThreadAllocatedBytes").invoke(threads);
  }
}
