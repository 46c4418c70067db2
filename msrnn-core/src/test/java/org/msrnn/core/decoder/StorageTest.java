package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateFileException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.Granularity;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.reference.PlainBackend;

/** A multi-state is a value in every number format of keys and values. */
class StorageTest {
  private final DecoderModel model = TestModels.random(Shape.SMALL, 7);
  private final int[] tokens = TestModels.tokens(model, 90, 7);
  private final Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);

  @AfterEach
  void close() {
    msrnn.close();
  }

  private static StateSpec spec(KvType type) {
    return StateSpec.of(new TestPolicies.Tova(Granularity.KV_HEAD), 9).with(type);
  }

  private float[] run(MultiState state, int from, int to) {
    float[] logits = new float[model.info().vocabulary()];
    for (int t = from; t < to; t++) {
      msrnn.step(state, tokens[t], logits);
    }
    return logits;
  }

  private static byte[] saved(MultiState state) throws IOException {
    var out = new ByteArrayOutputStream();
    state.save(out);
    return out.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void forkRestoreAndLoadGoOnToTheBit(KvType type) throws IOException {
    try (MultiState state = msrnn.start(spec(type))) {
      run(state, 0, 50);
      byte[] file = saved(state);
      try (MultiState fork = state.fork();
          MultiState loaded = msrnn.load(new ByteArrayInputStream(file), spec(type))) {
        float[] once = run(state, 50, 90);
        assertThat(run(loaded, 50, 90)).isEqualTo(once);
        state.restore(fork);
        assertThat(run(state, 50, 90)).isEqualTo(once);
        assertThat(run(fork, 50, 90)).isEqualTo(once);
        assertThat(saved(loaded)).isEqualTo(saved(fork));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReducedPromptIsMovedToTheBit(KvType type) {
    StateSpec whole = spec(type).with(Regime.WHOLE);
    try (MultiState state = msrnn.start(whole)) {
      int[] prompt = TestModels.tokens(model, 600, 1);
      msrnn.feed(state, prompt, LogitsSink.NONE);
      try (MultiState fork = state.fork()) {
        assertThat(run(fork, 0, 20)).isEqualTo(run(state, 0, 20));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "F32")
  void aStateOfAnotherFormatIsRefused(KvType type) throws IOException {
    try (MultiState state = msrnn.start(spec(KvType.F32));
        MultiState other = msrnn.start(spec(type))) {
      run(state, 0, 20);
      byte[] file = saved(state);
      assertThatThrownBy(() -> msrnn.load(new ByteArrayInputStream(file), spec(type)))
          .isInstanceOf(StateFileException.class)
          .hasMessageContaining("storage F32")
          .hasMessageContaining("storage " + type);
      assertThatThrownBy(() -> other.restore(state)).isInstanceOf(StateFileException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "F32")
  void fewerBitsAreFewerBytesAndNearlyTheSameLogits(KvType type) {
    try (MultiState exact = msrnn.start(spec(KvType.F32));
        MultiState rounded = msrnn.start(spec(type))) {
      float[] wanted = run(exact, 0, 9);
      float[] found = run(rounded, 0, 9);
      assertThat(found).isNotEqualTo(wanted);
      assertThat(found).usingComparatorWithPrecision(0.1f).containsExactly(wanted);
      assertThat(rounded.bytes())
          .isEqualTo(
              type.bytes(9L * 2 * model.info().kvHeads() * model.info().layers(), headSize()))
          .isLessThan(exact.bytes());
    }
  }

  private int headSize() {
    return model.info().headSize();
  }
}
