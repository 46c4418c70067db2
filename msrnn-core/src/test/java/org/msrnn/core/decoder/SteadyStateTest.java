package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPlanners;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.position.InCachePositions;

/**
 * Once a state is full, a step takes no memory of its own: not for slots, columns, rows, selection
 * or the decoder. Kernels are left out: whether C2 makes objects of vectors is seen in benchmarks.
 */
class SteadyStateTest {
  private static final int STEPS = 2_000;
  private static final int MOST_ROUNDS = 60; // the first run code that is not compiled yet

  /** What the measurement itself takes, less than half a byte a step. */
  private static final long SLACK = 4_000;

  static Stream<StateSpec> specs() {
    var ranks = new InCachePositions().create(Options.none("positions"));
    return Stream.of(
        StateSpec.of(new TestPolicies.Window(4, true), 24),
        StateSpec.of(new TestPolicies.H2o(Granularity.KV_HEAD), 24),
        StateSpec.of(new TestPolicies.Tova(Granularity.LAYER), 24),
        StateSpec.of(new TestPolicies.Tova(Granularity.LAYER), 24).with(ranks),
        StateSpec.of(new TestPolicies.Chance(Granularity.KV_HEAD), 24),
        StateSpec.of(new TestPolicies.H2o(Granularity.KV_HEAD), 24)
            .with(new TestPlanners.Competing(BudgetPlanner.UNIFORM, 0.2)));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aStepAllocatesNothing(StateSpec spec) throws ReflectiveOperationException {
    DecoderModel model = TestModels.random(Shape.SMALL, 1);
    try (Msrnn msrnn = new DecoderMsrnn(model, new IdleBackend(), Progress.NONE);
        MultiState state = msrnn.start(spec)) {
      float[] logits = new float[model.info().vocabulary()];
      long bytes = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && bytes >= SLACK; round++) {
        long before = allocated();
        for (int i = 0; i < STEPS; i++) {
          msrnn.step(state, i % logits.length, logits);
        }
        bytes = allocated() - before;
      }
      assertThat(state.evictions()).isPositive();
      assertThat(bytes).as("bytes of %d steps of %s", STEPS, spec).isLessThan(SLACK);
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
