package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;

/** What crosses the bus, in a step and in a prompt: counted where it is read and written. */
class TrafficTest {
  private static final int STATES = 24;
  private static final int PROMPT = 100;
  private static final int STEPS = 10;
  private static final long MOST_GARBAGE = 100 * 24 * 30;

  private final Catalog catalog = Catalog.discover(List.of());
  private OpenClBackend backend;
  private Model model;

  /** A policy without its program, as one is that exists in Java alone. */
  private record JavaAlone(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public Optional<ScoreProgram> program() {
      return Optional.empty();
    }
  }

  @BeforeEach
  void open() {
    backend = new OpenClBackend(TestDevice.open());
    model = Model.random(ModelShape.named("tiny"), TensorType.Q8_0, backend, Progress.NONE);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  /** Copies and bytes from the device. */
  private record Read(long copies, long bytes) {}

  private EvictionPolicy policy(String spec) {
    return catalog.policy(PolicySpec.parse(spec));
  }

  private int[] prompt() {
    return new Random(3).ints(PROMPT, 0, model.info().vocabulary()).toArray();
  }

  private Read read(Runnable work) {
    Traffic traffic = backend.device().traffic();
    long copies = traffic.reads;
    long bytes = traffic.bytesRead;
    work.run();
    return new Read(traffic.reads - copies, traffic.bytesRead - bytes);
  }

  private Read steps(EvictionPolicy policy) {
    try (MultiState state = model.msrnn().start(StateSpec.of(policy, STATES))) {
      model.msrnn().feed(state, prompt(), LogitsSink.NONE);
      float[] logits = new float[model.info().vocabulary()];
      return read(
          () -> {
            for (int t = 0; t < STEPS; t++) {
              model.msrnn().step(state, t, logits);
            }
          });
    }
  }

  private Read prompt(EvictionPolicy policy) {
    try (MultiState state = model.msrnn().start(StateSpec.of(policy, STATES))) {
      return read(() -> model.msrnn().feed(state, prompt(), LogitsSink.NONE));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "full",
        "window",
        "window+4",
        "tova",
        "tova+sinks:4",
        "tova:granularity=kv-head",
        "h2o",
        "h2o:decay=0.99",
        "knorm",
        "random"
      })
  void aStepBringsLogitsAlone(String policy) {
    long logits = (long) Float.BYTES * model.info().vocabulary();
    assertThat(steps(policy(policy))).isEqualTo(new Read(STEPS, STEPS * logits));
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "window", "tova", "h2o", "knorm", "tova:granularity=kv-head"})
  void aPromptWhoseLogitsNobodyWantsBringsNothing(String policy) {
    assertThat(prompt(policy(policy))).isEqualTo(new Read(0, 0));
  }

  @Test
  void aPolicyInJavaAloneBringsARowALayerAndStepInOneCopy() {
    long logits = (long) Float.BYTES * model.info().vocabulary();
    long rows = (long) Float.BYTES * (STATES + 1) * model.info().layers();
    assertThat(steps(new JavaAlone(policy("tova"))))
        .isEqualTo(new Read(2 * STEPS, STEPS * (logits + rows)));
  }

  @Test
  void aPromptOfAPolicyInJavaAloneBringsARowATokenInEachLayer() {
    long rows = 0;
    for (int t = 1; t <= PROMPT; t++) {
      rows += Math.min(t, STATES + 1);
    }
    int layers = model.info().layers();
    assertThat(prompt(new JavaAlone(policy("tova"))))
        .isEqualTo(new Read((long) PROMPT * layers, Float.BYTES * rows * layers));
  }

  /**
   * Every key is looked at: two copies a head, of one and of all, whatever the number of states.
   */
  @ParameterizedTest
  @CsvSource({"keydiff", "keydiff:granularity=layer"})
  void aPolicyThatLooksThroughKeysBringsTwoCopiesAHead(String policy) {
    int heads = model.info().layers() * model.info().kvHeads();
    assertThat(steps(policy(policy)).copies()).isEqualTo(STEPS * (1L + 2L * heads));
  }

  /**
   * Less than an object of 24 bytes for each of the 30 or more kernels of a step. Not nothing: what
   * runs so seldom is not compiled by C2, and memory access leaves some objects until then.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tova", "h2o", "window"})
  void aSteadyStepAllocatesNextToNothingOnTheHost(String policy)
      throws ReflectiveOperationException {
    try (MultiState state = model.msrnn().start(StateSpec.of(policy(policy), STATES))) {
      model.msrnn().feed(state, prompt(), LogitsSink.NONE);
      float[] logits = new float[model.info().vocabulary()];
      long bytes = Long.MAX_VALUE;
      for (int round = 0; round < 20 && bytes > MOST_GARBAGE; round++) {
        long before = allocated();
        for (int t = 0; t < 100; t++) {
          model.msrnn().step(state, t, logits);
        }
        bytes = allocated() - before;
      }
      assertThat(bytes).as("bytes of 100 steps").isLessThan(MOST_GARBAGE);
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

  /** Twelve a layer, and four more where the device decides; three for tokens and logits. */
  @ParameterizedTest
  @CsvSource({"full, 12", "window, 12", "tova, 16", "h2o, 16"})
  void aStepIsAsManyLaunchesAsTheDocumentsSay(String policy, int launchesOfALayer) {
    Traffic traffic = backend.device().traffic();
    long[] before = new long[1];
    try (MultiState state = model.msrnn().start(StateSpec.of(policy(policy), STATES))) {
      model.msrnn().feed(state, prompt(), LogitsSink.NONE);
      before[0] = traffic.launches;
      model.msrnn().step(state, 1, new float[model.info().vocabulary()]);
    }
    assertThat(traffic.launches - before[0])
        .isEqualTo(3 + (long) launchesOfALayer * model.info().layers());
  }

  /** What must be sent for a step is little and constant: token and slots, no tables. */
  @Test
  void aStepSendsNoTables() {
    try (MultiState state = model.msrnn().start(StateSpec.of(policy("tova"), STATES))) {
      model.msrnn().feed(state, prompt(), LogitsSink.NONE);
      float[] logits = new float[model.info().vocabulary()];
      Traffic traffic = backend.device().traffic();
      long before = traffic.bytesWritten;
      for (int t = 0; t < STEPS; t++) {
        model.msrnn().step(state, t, logits);
      }
      assertThat(traffic.bytesWritten - before).as("the token's id").isEqualTo(STEPS * 4L);
    }
  }
}
