package org.msrnn.core.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.StateSpec;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.format.TensorEntry;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.reference.PlainBackend;

class RandomModelTest {
  private static final ModelShape TINY = ModelShape.named("tiny");

  private static ModelShape shape(int width, int ffnWidth) {
    return new ModelShape("odd", 1, width, 2, 1, ffnWidth, 300, 64, 10_000, false);
  }

  /** Bytes of the tensors of the files of those shapes; the norms are F32 in all of them. */
  @ParameterizedTest
  @CsvSource({
    "llama-1b, F16, 1235814400, 2471763968",
    "1b, Q8_0, 1235814400, 1313251328",
    "110m, Q4_0, 109529856, 61676544",
    "llama-7b, F16, 6738415616, 13477363712",
    "7B, Q4_0, 6738415616, 3791273984",
    "7B, Q4_K, 6738415616, 3791273984",
    "110m, Q6_K, 109529856, 89909760",
    "TINY, F32, 106816, 427264"
  })
  void namedShapesHaveTheSizesOfTheirModels(
      String name, TensorType type, long numbers, long bytes) {
    List<TensorEntry> tensors = ModelShape.named(name).tensors(type);

    assertThat(tensors.stream().mapToLong(t -> t.rows() * t.columns()).sum()).isEqualTo(numbers);
    assertThat(tensors.stream().mapToLong(TensorEntry::bytes).sum()).isEqualTo(bytes);
  }

  @Test
  void unknownShapesAreRefusedWithTheNames() {
    assertThatThrownBy(() -> ModelShape.named("13b"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage("shape is '13b', allowed is llama-1b, 110m, llama-7b, tiny");
  }

  @Test
  void blocksThatDoNotDivideARowAreRefused() {
    assertThatThrownBy(() -> new RandomModel(shape(48, 64), TensorType.Q8_0))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("blocks of 32")
        .hasMessageContaining("token_embd.weight")
        .hasMessageContaining("have 48");
    assertThatThrownBy(() -> new RandomModel(shape(64, 100), TensorType.Q4_0))
        .hasMessageContaining("ffn_down.weight")
        .hasMessageContaining("have 100");
    assertThatThrownBy(() -> TINY.tensors(TensorType.Q4_K))
        .hasMessageContaining("blocks of 256")
        .hasMessageContaining("have 64");
    new RandomModel(shape(48, 100), TensorType.BF16).close();
  }

  @Test
  void rowsAreNormalAndRepeatEvery256() {
    try (RandomModel random = new RandomModel(shape(64, 96), TensorType.F32)) {
      Tensor embedding = random.model().embedding();
      float[] all = new float[300 * 64];
      for (int r = 0; r < 300; r++) {
        embedding.decodeRow(r, all, r * 64);
      }
      assertThat(Arrays.copyOfRange(all, 256 * 64, 300 * 64))
          .isEqualTo(Arrays.copyOf(all, 44 * 64));
      assertThat(Arrays.copyOfRange(all, 64, 128)).isNotEqualTo(Arrays.copyOf(all, 64));
      double mean = 0;
      double square = 0;
      for (int i = 0; i < 256 * 64; i++) {
        mean += all[i] / (256 * 64.0);
        square += all[i] * (double) all[i] / (256 * 64.0);
      }
      assertThat(mean).isCloseTo(0, within(5 * 0.02 / 128));
      assertThat(Math.sqrt(square)).isCloseTo(0.02, within(0.02 * 0.05));
    }
  }

  @Test
  void theSameModelIsMadeEveryTime() {
    try (RandomModel one = new RandomModel(TINY, TensorType.Q4_0);
        RandomModel two = new RandomModel(TINY, TensorType.Q4_0)) {
      assertThat(
              one.model()
                  .layers()
                  .get(1)
                  .feedForward()
                  .down()
                  .data()
                  .mismatch(two.model().layers().get(1).feedForward().down().data()))
          .isEqualTo(-1);
      assertThat(one.model().info()).isEqualTo(two.model().info());
    }
  }

  @Test
  void matricesWithRowsOfOneLengthShareTheirMemory() {
    try (RandomModel random = new RandomModel(shape(64, 96), TensorType.Q8_0)) {
      DecoderModel.Layer layer = random.model().layers().getFirst();
      long address = random.model().embedding().data().address();

      assertThat(layer.attention().query().weights().data().address()).isEqualTo(address);
      assertThat(layer.feedForward().gate().data().address()).isEqualTo(address);
      assertThat(random.model().output().data().address()).isEqualTo(address);
      assertThat(layer.feedForward().down().data().address()).isNotEqualTo(address);
    }
  }

  @ParameterizedTest
  @FieldSource("org.msrnn.core.synthetic.TensorEncoder#TYPES")
  void everyTypeRuns(TensorType type) {
    int width = Math.max(64, type.blockSize());
    ModelShape shape = new ModelShape("any", 2, width, 4, 2, width, 512, 2048, 10_000, true);
    try (PlainBackend backend = new PlainBackend();
        Model model = Model.random(shape, type, backend, Progress.NONE);
        var state = model.msrnn().start(StateSpec.of(new TestPolicies.Full(), 2048))) {
      float[] logits = new float[shape.vocabulary()];
      model.msrnn().feed(state, new int[] {1, 511, 7}, LogitsSink.last(3, logits));

      assertThat(Arrays.copyOf(logits, 256)).doesNotHaveDuplicates();
      assertThatThrownBy(model::tokenizer)
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageContaining("no tokenizer");
    }
  }

  @Test
  void tiedShapesHaveOneMatrixForBothEnds() {
    try (RandomModel tied = new RandomModel(TINY, TensorType.F16);
        RandomModel apart = new RandomModel(shape(64, 96), TensorType.F16)) {
      assertThat(tied.model().output()).isSameAs(tied.model().embedding());
      assertThat(apart.model().output()).isNotEqualTo(apart.model().embedding());
    }
  }
}
