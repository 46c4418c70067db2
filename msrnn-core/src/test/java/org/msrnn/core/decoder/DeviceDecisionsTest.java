package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPlanners.Given;
import org.msrnn.core.TestPolicies.H2o;
import org.msrnn.core.TestPolicies.Tova;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.reference.PlainBackend;

/** A device that decides by itself keeps what the host would, and is left alone meanwhile. */
class DeviceDecisionsTest {
  private static final Shape SHAPE = new Shape(3, 4, 2, 4, 29);
  private static final DecoderModel MODEL = TestModels.random(SHAPE, 5);

  /** A policy with its program, at another trigger. */
  private record Programmed(EvictionPolicy policy, ScoreProgram means, Trigger trigger)
      implements WrappedPolicy {
    @Override
    public Optional<ScoreProgram> program() {
      return Optional.of(means);
    }
  }

  private record Norms(Granularity granularity) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE.withKeys();
    }

    @Override
    public int columns(SetShape shape) {
      return 1;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      double[] norm = set.column(0);
      for (int e = 0; e < set.size(); e++) {
        double sum = 0;
        for (int h = 0; h < set.kvHeads(); h++) {
          set.key(h, e, set.scratch());
          double squares = 0;
          for (float number : set.scratch()) {
            squares += (double) number * number;
          }
          sum += Math.sqrt(squares);
        }
        norm[e] = sum / set.kvHeads();
        scores[e] = -norm[e];
      }
    }
  }

  private static Msrnn on(Backend backend) {
    return new DecoderMsrnn(MODEL, backend, Progress.NONE);
  }

  static Stream<StateSpec> specs() {
    List<StateSpec> specs = new ArrayList<>();
    for (Granularity granularity : Granularity.values()) {
      for (Trigger trigger : List.of(Trigger.EVERY_STEP, Trigger.every(5))) {
        for (EvictionPolicy policy :
            List.of(
                new Programmed(new Tova(granularity), new ScoreProgram.LastRow(), trigger),
                new Programmed(new H2o(granularity), new ScoreProgram.Accumulate(1, 1), trigger),
                new Programmed(new Norms(granularity), new ScoreProgram.KeyNorm(), trigger))) {
          specs.add(StateSpec.of(policy, 11));
          specs.add(StateSpec.of(policy, 9).with(Regime.chunked(7)));
          specs.add(StateSpec.of(policy, 70).with(Regime.WHOLE)); // beyond the first capacity
        }
        specs.add(StateSpec.of(new Norms(granularity), 13)); // decided on the host
      }
    }
    var heads = new Tova(Granularity.KV_HEAD);
    var program = new Programmed(heads, new ScoreProgram.LastRow(), Trigger.EVERY_STEP);
    specs.add(StateSpec.of(program, 10).with(new Given(new int[][] {{4, 11}, {23, 9}, {6, 7}})));
    return specs.stream();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void keepsWhatTheHostWouldKeep(StateSpec spec) throws IOException {
    var device = new DecidingBackend();
    try (Msrnn decides = on(device);
        Msrnn host = on(new PlainBackend());
        MultiState there = decides.start(spec);
        MultiState here = host.start(spec)) {
      run(decides, there, host, here, 0);
      if (spec.regime().equals(Regime.STEPWISE) && spec.policy().trigger().steps() == 1) {
        assertThat(device.tablesWritten).as("tables that the host changed").isZero();
      }
      same(there, here);
      try (MultiState fork = there.fork();
          MultiState loaded = decides.load(new ByteArrayInputStream(saved(here)), spec)) {
        run(decides, fork, host, here, 3); // the original is not touched
        same(fork, here);
        fork.restore(loaded);
        here.restore(host.load(new ByteArrayInputStream(saved(loaded)), spec));
        run(decides, fork, host, here, 4);
        same(fork, here);
      }
    }
    assertThat(device.open()).as("slots that nobody closed").isZero();
  }

  private static void run(Msrnn a, MultiState first, Msrnn b, MultiState second, long seed) {
    float[] one = new float[SHAPE.vocabulary()];
    float[] other = new float[SHAPE.vocabulary()];
    for (int length : new int[] {1, 40, 3}) {
      int[] tokens = TestModels.tokens(MODEL, length, length + seed);
      a.feed(first, tokens, LogitsSink.NONE);
      b.feed(second, tokens, LogitsSink.NONE);
      for (int t = 0; t < 17; t++) {
        a.step(first, t, one);
        b.step(second, t, other);
        assertThat(one).isEqualTo(other);
      }
    }
  }

  private static byte[] saved(MultiState state) throws IOException {
    var bytes = new ByteArrayOutputStream();
    state.save(bytes);
    return bytes.toByteArray();
  }

  private static void same(MultiState there, MultiState here) throws IOException {
    for (int l = 0; l < SHAPE.layers(); l++) {
      for (int h = 0; h < SHAPE.kvHeads(); h++) {
        assertThat(there.kept(l, h)).isEqualTo(here.kept(l, h));
      }
    }
    assertThat(there.peakStates()).isEqualTo(here.peakStates());
    assertThat(there.evictions()).isEqualTo(here.evictions());
    assertThat(Arrays.equals(saved(there), saved(here))).as("saved bytes are the same").isTrue();
  }

  @Test
  void aStepBringsLogitsAlone() {
    var device = new DecidingBackend();
    var tova = new Tova(Granularity.LAYER);
    var policy = new Programmed(tova, new ScoreProgram.LastRow(), Trigger.EVERY_STEP);
    try (Msrnn msrnn = on(device);
        MultiState state = msrnn.start(StateSpec.of(policy, 12))) {
      msrnn.feed(state, TestModels.tokens(MODEL, 100, 1), LogitsSink.NONE);
      assertThat(device.reads).as("a prompt whose logits nobody wants").isZero();
      float[] logits = new float[SHAPE.vocabulary()];
      for (int t = 0; t < 10; t++) {
        msrnn.step(state, t, logits);
      }
      assertThat(device.reads).isEqualTo(10);
      assertThat(device.numbersRead).isEqualTo(10L * SHAPE.vocabulary());
      assertThat(device.tablesRead).isZero();
    }
  }

  @Test
  void keysThatAPolicyLooksThroughComeInOneCopyAHead() {
    var device = new DecidingBackend();
    int states = 40;
    try (Msrnn msrnn = on(device);
        MultiState state = msrnn.start(StateSpec.of(new Norms(Granularity.LAYER), states))) {
      msrnn.feed(state, TestModels.tokens(MODEL, states, 1), LogitsSink.NONE);
      assertThat(device.stateReads).isZero();
      msrnn.step(state, 1, new float[SHAPE.vocabulary()]);
      assertThat(device.stateReads)
          .as("the first key alone, then all of each head")
          .isEqualTo(SHAPE.layers() * 2 * SHAPE.kvHeads());
    }
  }

  @Test
  void aPolicyWithoutAProgramCostsOneCopyAStep() {
    var device = new DecidingBackend();
    int states = 12;
    try (Msrnn msrnn = on(device);
        MultiState state = msrnn.start(StateSpec.of(new Tova(Granularity.LAYER), states))) {
      msrnn.feed(state, TestModels.tokens(MODEL, 40, 1), LogitsSink.NONE);
      device.reads = 0;
      device.numbersRead = 0;
      float[] logits = new float[SHAPE.vocabulary()];
      for (int t = 0; t < 10; t++) {
        msrnn.step(state, t, logits);
      }
      assertThat(device.reads).as("logits, and the rows of all layers").isEqualTo(2 * 10);
      assertThat(device.numbersRead)
          .isEqualTo(10L * (SHAPE.vocabulary() + SHAPE.layers() * (states + 1)));
    }
  }
}
