package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.NonFiniteException;
import org.msrnn.api.PolicyException;
import org.msrnn.api.Regime;
import org.msrnn.api.StateFileException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.Signals;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.position.InCachePositions;
import org.msrnn.core.reference.PlainBackend;

/** The multi-state as a value, and the promises of bounded state. */
class MultiStateTest {
  private static final EvictionPolicy TOVA = new TestPolicies.Tova(Granularity.LAYER);
  private static final EvictionPolicy H2O_HEADS = new TestPolicies.H2o(Granularity.KV_HEAD);
  private static final PositionScheme IN_CACHE =
      new InCachePositions().create(Options.none("positions"));

  private final DecoderModel model = TestModels.random(Shape.SMALL, 7);
  private final int[] tokens = TestModels.tokens(model, 90, 7);
  private final Backend backend = new PlainBackend();
  private final Msrnn msrnn = new DecoderMsrnn(model, backend, Progress.NONE);

  @AfterEach
  void close() {
    msrnn.close();
  }

  private float[] run(MultiState state, int from, int to) {
    float[] logits = new float[model.info().vocabulary()];
    for (int t = from; t < to; t++) {
      msrnn.step(state, tokens[t], logits);
    }
    return logits;
  }

  @Test
  void aForkGoesOnAsTheOriginalDoes() {
    try (MultiState state = msrnn.start(StateSpec.of(H2O_HEADS, 9))) {
      run(state, 0, 50);
      try (MultiState fork = state.fork()) {
        float[] original = run(state, 50, 90);
        assertThat(run(fork, 50, 90)).isEqualTo(original);
        assertThat(fork.kept(1, 1)).isEqualTo(state.kept(1, 1));
        assertThat(fork.tokens()).isEqualTo(state.tokens());
        assertThat(fork.evictions()).isEqualTo(state.evictions());
      }
    }
  }

  @Test
  void restoreReturnsToASnapshot() {
    try (MultiState state = msrnn.start(StateSpec.of(TOVA, 9))) {
      run(state, 0, 40);
      try (MultiState snapshot = state.fork()) {
        float[] once = run(state, 40, 90);
        state.restore(snapshot);
        assertThat(state.tokens()).isEqualTo(40);
        assertThat(run(state, 40, 90)).isEqualTo(once);
      }
    }
  }

  @Test
  void aSavedStateGoesOnAsTheOriginalDoes() throws IOException {
    for (PositionScheme positions : List.of(PositionScheme.ORIGINAL, IN_CACHE)) {
      StateSpec spec = StateSpec.of(H2O_HEADS, 9).with(positions).with(Regime.chunked(7));
      try (MultiState state = msrnn.start(spec)) {
        msrnn.feed(state, Arrays.copyOf(tokens, 45), LogitsSink.NONE);
        run(state, 45, 50);
        byte[] saved = saved(state);
        float[] original = run(state, 50, 90);
        try (MultiState loaded = msrnn.load(new ByteArrayInputStream(saved), spec)) {
          assertThat(run(loaded, 50, 90)).isEqualTo(original);
          assertThat(saved(loaded)).isEqualTo(saved(state));
        }
      }
    }
  }

  private static byte[] saved(MultiState state) throws IOException {
    var out = new ByteArrayOutputStream();
    state.save(out);
    return out.toByteArray();
  }

  @Test
  void everyTruncationAndEveryChangedByteOfASavedStateIsRefused() throws IOException {
    StateSpec spec = StateSpec.of(TOVA, 3);
    try (MultiState state = msrnn.start(spec)) {
      run(state, 0, 20);
      byte[] saved = saved(state);
      for (int length = 0; length < saved.length; length++) {
        byte[] cut = Arrays.copyOf(saved, length);
        assertThatThrownBy(() -> msrnn.load(new ByteArrayInputStream(cut), spec))
            .as("cut at %d", cut.length)
            .isInstanceOf(StateFileException.class);
      }
      for (int at = 0; at < saved.length; at++) {
        byte[] changed = saved.clone();
        changed[at] ^= 0x10;
        assertThatThrownBy(() -> msrnn.load(new ByteArrayInputStream(changed), spec))
            .as("changed at %d", at)
            .isInstanceOf(StateFileException.class);
      }
    }
  }

  @Test
  void aStateOfAnotherSpecificationIsRefused() throws IOException {
    try (MultiState state = msrnn.start(StateSpec.of(TOVA, 9));
        MultiState other = msrnn.start(StateSpec.of(TOVA, 8))) {
      byte[] saved = saved(state);
      assertThatThrownBy(() -> msrnn.load(new ByteArrayInputStream(saved), StateSpec.of(TOVA, 8)))
          .isInstanceOf(StateFileException.class)
          .hasMessageContaining("state 9")
          .hasMessageContaining("state 8");
      assertThatThrownBy(() -> other.restore(state)).isInstanceOf(StateFileException.class);
    }
  }

  @Test
  void slotNumbersDoNotMatter() {
    for (EvictionPolicy policy : List.of(TOVA, H2O_HEADS)) {
      try (MultiState state = msrnn.start(StateSpec.of(policy, 8).with(Regime.chunked(80)))) {
        // a long chunk scatters the kept states over many slots; endPrompt then renumbers them
        msrnn.feed(state, Arrays.copyOf(tokens, 70), LogitsSink.NONE);
        try (MultiState stepwise = msrnn.start(StateSpec.of(policy, 8).with(Regime.WHOLE))) {
          msrnn.feed(stepwise, Arrays.copyOf(tokens, 70), LogitsSink.NONE);
          for (int t = 70; t < 90; t++) {
            float[] a = run(state, t, t + 1);
            float[] b = run(stepwise, t, t + 1);
            assertThat(a).usingComparatorWithPrecision(1e-5f).containsExactly(b);
            assertThat(state.kept(1, 0)).isEqualTo(stepwise.kept(1, 0));
          }
        }
      }
    }
  }

  @Test
  void aBatchGivesWhatEachSequenceGivesAlone() {
    List<StateSpec> specs =
        List.of(
            StateSpec.of(TOVA, 5),
            StateSpec.of(H2O_HEADS, 8),
            StateSpec.of(new TestPolicies.Full(), 1),
            StateSpec.of(TOVA, 5).with(IN_CACHE),
            StateSpec.of(new TestPolicies.Window(2, true), 6));
    List<MultiState> batch = new ArrayList<>();
    List<MultiState> alone = new ArrayList<>();
    for (StateSpec spec : specs) {
      batch.add(msrnn.start(spec));
      alone.add(msrnn.start(spec));
    }
    Random random = new Random(3);
    float[][] logits = new float[specs.size()][model.info().vocabulary()];
    float[] single = new float[model.info().vocabulary()];
    for (int t = 0; t < 60; t++) {
      int[] step = random.ints(specs.size(), 0, model.info().vocabulary()).toArray();
      msrnn.step(batch, step, logits);
      for (int b = 0; b < specs.size(); b++) {
        msrnn.step(alone.get(b), step[b], single);
        assertThat(logits[b]).as("token %d of sequence %d", t, b).isEqualTo(single);
        assertThat(batch.get(b).kept(1, 1)).isEqualTo(alone.get(b).kept(1, 1));
      }
    }
    batch.forEach(MultiState::close);
    alone.forEach(MultiState::close);
  }

  @Test
  void aStateLargerThanTheTextChangesNothing() {
    float[] full;
    try (MultiState state = msrnn.start(StateSpec.of(new TestPolicies.Full(), 1))) {
      full = run(state, 0, 90);
    }
    for (EvictionPolicy policy : List.of(TOVA, H2O_HEADS, new TestPolicies.Window(3, true))) {
      try (MultiState state = msrnn.start(StateSpec.of(policy, 90))) {
        assertThat(run(state, 0, 90)).usingComparatorWithPrecision(1e-5f).containsExactly(full);
        assertThat(state.evictions()).isZero();
      }
    }
  }

  @Test
  void aPolicyIsAskedForScoresOnlyWhenSomethingMustLeave() {
    record Strict() implements EvictionPolicy {
      @Override
      public Signals observes() {
        return Signals.NONE;
      }

      @Override
      public void score(KvSet set, double[] scores) {
        assertThat(set.size()).isEqualTo(set.budget() + 1);
        for (int e = 0; e < set.size(); e++) {
          scores[e] = e;
        }
      }
    }

    try (MultiState state = msrnn.start(StateSpec.of(new Strict(), 12))) {
      run(state, 0, 90);
      assertThat(state.evictions()).isEqualTo((90L - 12) * model.info().layers());
    }
  }

  @Test
  void rankPositionsEqualOriginalOnesWhileNothingHasLeft() {
    try (MultiState original = msrnn.start(StateSpec.of(TOVA, 40));
        MultiState ranks = msrnn.start(StateSpec.of(TOVA, 40).with(IN_CACHE))) {
      assertThat(run(ranks, 0, 40))
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(run(original, 0, 40));
    }
  }

  @Test
  void windowsWithRanksEqualWindowsWithOriginalPositions() {
    // all distances inside a plain window are the same in both schemes
    var window = new TestPolicies.Window(0, true);
    try (MultiState original = msrnn.start(StateSpec.of(window, 11));
        MultiState ranks = msrnn.start(StateSpec.of(window, 11).with(IN_CACHE))) {
      assertThat(run(ranks, 0, 90))
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(run(original, 0, 90));
    }
  }

  @Test
  void memoryIsFlatOnceTheStateIsFull() {
    try (MultiState state = msrnn.start(StateSpec.of(TOVA, 9))) {
      run(state, 0, 10);
      long bytes = state.bytes();
      long reserved = state.reservedBytes();
      run(state, 10, 90);
      assertThat(state.bytes()).isEqualTo(bytes);
      assertThat(state.reservedBytes()).isEqualTo(reserved);
      assertThat(bytes).isEqualTo(9L * model.info().layers() * model.info().numbersPerState() * 4);
      assertThat(reserved).isEqualTo(bytes / 9 * 10);
    }
  }

  @Test
  void aWholePromptGivesItsMemoryBack() {
    try (MultiState state = msrnn.start(StateSpec.of(TOVA, 5).with(Regime.WHOLE))) {
      int[] prompt = TestModels.tokens(model, 1_500, 1);
      msrnn.feed(state, prompt, LogitsSink.NONE);
      assertThat(state.states()).isEqualTo(5);
      assertThat(state.reservedBytes()).isLessThan(20 * state.bytes());
    }
  }

  @Test
  void pinsThatLeaveNothingToEvictAreRefused() {
    assertThatThrownBy(() -> msrnn.start(StateSpec.of(new TestPolicies.Window(64, true), 64)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("64");
    assertThatThrownBy(() -> StateSpec.of(TOVA, 0))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("state is 0");
  }

  @Test
  void statesBelongToTheMachineThatStartedThemAndTravelInFiles() throws IOException {
    StateSpec spec = StateSpec.of(TOVA, 5);
    try (Msrnn other = new DecoderMsrnn(model, backend, Progress.NONE);
        MultiState state = msrnn.start(spec);
        MultiState own = other.start(spec)) {
      run(state, 0, 9);
      assertThatThrownBy(() -> other.step(state, 0, new float[model.info().vocabulary()]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another model");
      assertThatThrownBy(() -> own.restore(state))
          .isInstanceOf(StateFileException.class)
          .hasMessageContaining("another model");
      try (MultiState loaded = other.load(new ByteArrayInputStream(saved(state)), spec)) {
        assertThat(loaded.tokens()).isEqualTo(state.tokens());
      }
    }
  }

  @Test
  void tokensOutsideTheVocabularyAreRefusedAndNothingHappens() {
    try (MultiState state = msrnn.start(StateSpec.of(TOVA, 5))) {
      float[] logits = new float[model.info().vocabulary()];
      for (int token : new int[] {-1, model.info().vocabulary()}) {
        assertThatThrownBy(() -> msrnn.step(state, token, logits))
            .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> msrnn.feed(state, new int[] {0, token}, LogitsSink.NONE))
            .isInstanceOf(InvalidOptionException.class);
      }
      assertThat(state.tokens()).isZero();
    }
  }

  @Test
  void scoresThatAreNotFiniteNameThePolicy() {
    record Broken(double score) implements EvictionPolicy {
      @Override
      public Signals observes() {
        return Signals.NONE;
      }

      @Override
      public void score(KvSet set, double[] scores) {
        Arrays.fill(scores, 0, set.size(), score);
      }
    }

    for (double score : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      try (MultiState state = msrnn.start(StateSpec.of(new Broken(score), 5))) {
        assertThatThrownBy(() -> run(state, 0, 20))
            .isInstanceOf(PolicyException.class)
            .hasMessageContaining("Broken");
      }
    }
  }

  @Test
  void aPolicyThatThrowsIsNamedWithItsLayer() {
    record Throwing() implements EvictionPolicy {
      @Override
      public Signals observes() {
        return Signals.NONE;
      }

      @Override
      public void score(KvSet set, double[] scores) {
        throw new IllegalStateException("not today");
      }
    }

    try (MultiState state = msrnn.start(StateSpec.of(new Throwing(), 5))) {
      assertThatThrownBy(() -> run(state, 0, 20))
          .isInstanceOf(PolicyException.class)
          .hasMessageContaining("Throwing")
          .hasMessageContaining("layer 0")
          .hasMessageContaining("not today");
    }
  }

  @Test
  void undeclaredKeysAreRefused() {
    record Peeking() implements EvictionPolicy {
      @Override
      public Signals observes() {
        return Signals.NONE;
      }

      @Override
      public void score(KvSet set, double[] scores) {
        set.key(0, 0, new float[set.headSize()]);
      }
    }

    try (MultiState state = msrnn.start(StateSpec.of(new Peeking(), 5))) {
      assertThatThrownBy(() -> run(state, 0, 20)).isInstanceOf(PolicyException.class);
    }
  }

  @Test
  void infiniteWeightsAreAnErrorAndNeverAToken() {
    for (int layer = 0; layer < 2; layer++) {
      DecoderModel broken = TestModels.random(Shape.SMALL, 7);
      var floats = ValueLayout.JAVA_FLOAT_UNALIGNED;
      broken.layers().get(layer).feedForward().down().data().set(floats, 0, Float.NaN);
      try (Msrnn machine = new DecoderMsrnn(broken, new PlainBackend(), Progress.NONE);
          MultiState state = machine.start(StateSpec.of(TOVA, 5))) {
        float[] logits = new float[broken.info().vocabulary()];
        assertThatThrownBy(() -> machine.step(state, 1, logits))
            .isInstanceOf(NonFiniteException.class);
      }
    }
  }

  @Test
  void aClosedStateOrModelSaysSo() {
    MultiState state = msrnn.start(StateSpec.of(TOVA, 5));
    state.close();
    state.close();
    assertThatThrownBy(() -> run(state, 0, 1)).isInstanceOf(IllegalStateException.class);
    MultiState open = msrnn.start(StateSpec.of(TOVA, 5));
    msrnn.close();
    assertThatThrownBy(() -> run(open, 0, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aStateStandsInABatchOnce() {
    try (MultiState state = msrnn.start(StateSpec.of(TOVA, 5))) {
      assertThatThrownBy(() -> msrnn.step(List.of(state, state), new int[2], new float[2][37]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void logitsNobodyWantsAreNotDelivered() {
    try (MultiState state = msrnn.start(StateSpec.of(TOVA, 5))) {
      List<Integer> delivered = new ArrayList<>();
      msrnn.feed(
          state,
          tokens,
          new LogitsSink() {
            @Override
            public boolean wants(int index) {
              return index % 3 == 1;
            }

            @Override
            public void accept(int index, float[] logits) {
              delivered.add(index);
            }
          });
      assertThat(delivered).hasSize(30).allMatch(i -> i % 3 == 1).isSorted();
    }
  }

  @Test
  void randomVictimsFollowTheSeedAlone() {
    var chance = new TestPolicies.Chance(Granularity.LAYER);
    try (MultiState a = msrnn.start(StateSpec.of(chance, 9).withSeed(1));
        MultiState b = msrnn.start(StateSpec.of(chance, 9).withSeed(1));
        MultiState c = msrnn.start(StateSpec.of(chance, 9).withSeed(2))) {
      run(a, 0, 60);
      run(b, 0, 60);
      run(c, 0, 60);
      assertThat(a.kept(1, 0)).isEqualTo(b.kept(1, 0)).isNotEqualTo(c.kept(1, 0));
      assertThat(a.kept(0, 0)).isNotEqualTo(a.kept(1, 0));
    }
  }
}
