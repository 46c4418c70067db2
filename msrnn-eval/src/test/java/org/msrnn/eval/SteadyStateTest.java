package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.bundled.BundledModel;

/**
 * Once a state is full, a step takes no memory of its own: not for slots, columns, selection or
 * kernels.
 */
class SteadyStateTest {
  private static final int STEPS = 500;

  /** The first rounds run code that is not compiled yet, in which every vector is an object. */
  private static final int MOST_ROUNDS = 60;

  /** What the measurement itself takes, far less than an object a step. */
  private static final long SLACK = 8L * STEPS;

  @ParameterizedTest
  @CsvSource({
    "window+4, original",
    "h2o:granularity=kv-head, original",
    "tova, original",
    "tova, in-cache",
    "random, original",
  })
  void aStepAllocatesNothing(String policy, String positions) throws ReflectiveOperationException {
    Catalog catalog = Catalog.discover(List.of());
    try (BundledModel bundled = BundledModel.extract();
        Backend backend = catalog.openBackend("cpu:threads=1");
        Model model = Model.open(bundled.file(), backend, Progress.NONE);
        MultiState state =
            model
                .msrnn()
                .start(
                    StateSpec.of(catalog.policy(PolicySpec.parse(policy)), 24)
                        .with(catalog.positions(positions)))) {
      float[] logits = new float[model.info().vocabulary()];
      long bytes = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && bytes >= SLACK; round++) {
        long before = allocated();
        steps(model, state, logits, STEPS);
        bytes = allocated() - before;
      }
      assertThat(bytes).as("bytes of %d steps of %s", STEPS, policy).isLessThan(SLACK);
    }
  }

  private static void steps(Model model, MultiState state, float[] logits, int count) {
    for (int i = 0; i < count; i++) {
      model.msrnn().step(state, (int) (state.tokens() * 7 % logits.length), logits);
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
