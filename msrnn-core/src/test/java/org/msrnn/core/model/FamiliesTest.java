package org.msrnn.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.decoder.DecoderMsrnn;
import org.msrnn.core.format.GgufCopy;
import org.msrnn.core.format.GgufWriter;
import org.msrnn.core.format.ModelFile;
import org.msrnn.core.format.TestFiles;
import org.msrnn.core.reference.PlainBackend;

/** Every family from a GGUF file: the same model as from its folder, and its faults by name. */
class FamiliesTest {
  private static final int[] TOKENS = new Random(11).ints(40, 0, 384).toArray();

  /** What a model can do without. */
  private static final Set<String> OPTIONAL = Set.of("output.weight", "rope_freqs.weight");

  private static ModelFile open(String folder) {
    return ModelFile.open(TestFiles.shared("golden").resolve(folder));
  }

  private static GgufWriter copy(String folder) {
    try (ModelFile file = open(folder)) {
      return GgufCopy.of(file);
    }
  }

  private static ModelFile written(GgufWriter writer) {
    return TestFiles.open(writer.bytes());
  }

  @ParameterizedTest
  @MethodSource("org.msrnn.core.format.TestFiles#goldenModels")
  void aCopyInGgufIsTheSameModel(String folder) {
    try (var original = ModelReader.read(open(folder), Progress.NONE);
        var copied = ModelReader.read(written(copy(folder)), Progress.NONE)) {
      assertThat(logits(copied.model())).isEqualTo(logits(original.model()));
    }
  }

  private static float[][] logits(DecoderModel model) {
    try (var backend = new PlainBackend();
        Msrnn msrnn = new DecoderMsrnn(model, backend, Progress.NONE);
        MultiState state = msrnn.start(StateSpec.of(new TestPolicies.Full(), 1))) {
      float[][] logits = new float[TOKENS.length][];
      msrnn.feed(state, TOKENS, (i, row) -> logits[i] = row.clone());
      return logits;
    }
  }

  @ParameterizedTest
  @MethodSource("org.msrnn.core.format.TestFiles#goldenModels")
  void aMissingTensorIsNamed(String folder) {
    for (String name : names(folder)) {
      GgufWriter writer = copy(folder).removeTensor(name);
      if (OPTIONAL.contains(name) || name.endsWith(".bias")) {
        ModelReader.read(written(writer), Progress.NONE).close();
      } else {
        assertNamed(writer, name);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("org.msrnn.core.format.TestFiles#goldenModels")
  void aTensorOfAnotherSizeIsNamed(String folder) {
    for (String name : names(folder)) {
      GgufWriter writer = copy(folder).tensor(name, TensorType.F32, new byte[4 * 96 * 5], 96, 5);
      assertNamed(writer, name.equals("token_embd.weight") ? ".vocab_size" : name);
    }
  }

  private static List<String> names(String folder) {
    try (ModelFile file = open(folder)) {
      return List.copyOf(file.tensorNames());
    }
  }

  private static void assertNamed(GgufWriter writer, String field) {
    assertThatThrownBy(() -> ModelReader.read(written(writer), Progress.NONE).close())
        .isInstanceOfSatisfying(
            ModelFileException.class,
            e -> assertThat(e.field()).as(e.getMessage()).endsWith(field));
  }

  /** The long divisors hold in a model whose context is longer than the original one. */
  @ParameterizedTest
  @CsvSource({"512, 2", "256, 3"})
  void longRopeDividesByTheFactorsOfTheContext(int original, float factor) {
    float[] shorts = new float[8];
    float[] longs = new float[8];
    Arrays.fill(shorts, 2);
    Arrays.fill(longs, 3);
    GgufWriter writer =
        copy("phi3")
            .put("phi3.rope.scaling.original_context_length", original)
            .put("phi3.rope.scaling.attn_factor", 1.25f)
            .tensor("rope_factors_short.weight", TensorType.F32, GgufWriter.f32(shorts), 8)
            .tensor("rope_factors_long.weight", TensorType.F32, GgufWriter.f32(longs), 8);
    Rope plain = ropes(copy("phi3")).getFirst();
    for (Rope rope : ropes(writer)) {
      assertThat(rope.magnitude()).isEqualTo(1.25);
      for (int i = 0; i < rope.pairs(); i++) {
        assertThat(rope.frequency(i)).isEqualTo(plain.frequency(i) / factor);
      }
    }
  }

  private static List<Rope> ropes(GgufWriter writer) {
    try (LoadedModel loaded = ModelReader.read(written(writer), Progress.NONE)) {
      return loaded.model().layers().stream()
          .map(layer -> Objects.requireNonNull(layer.attention().rope()))
          .toList();
    }
  }

  @Test
  void aCapOfZeroIsNoneAndAMissingOneIsTheFamilys() {
    GgufWriter none =
        copy("gemma2")
            .put("gemma2.attn_logit_softcapping", 0f)
            .remove("gemma2.final_logit_softcapping");
    try (LoadedModel loaded = ModelReader.read(written(none), Progress.NONE)) {
      assertThat(loaded.model().scales().attentionCap()).isZero();
      assertThat(loaded.model().scales().logitCap()).isEqualTo(30);
    }
  }

  @Test
  void layersDifferAsTheFileOrTheFamilySays() {
    try (LoadedModel loaded = ModelReader.read(written(copy("smollm3")), Progress.NONE)) {
      assertThat(loaded.model().layers())
          .extracting(layer -> layer.attention().rope() == null)
          .containsExactly(false, false, false, true);
    }
    GgufWriter alternating =
        copy("smollm3")
            .put("smollm3.rope.no_rope_layers", new boolean[] {true, false, true, false});
    try (LoadedModel loaded = ModelReader.read(written(alternating), Progress.NONE)) {
      assertThat(loaded.model().layers())
          .extracting(layer -> layer.attention().rope() == null)
          .containsExactly(true, false, true, false);
    }
    // Without a pattern in the file, every sixth layer of Gemma 3 would see all: none of four.
    GgufWriter silent = copy("gemma3").remove("gemma3.attention.sliding_window_pattern");
    try (LoadedModel loaded = ModelReader.read(written(silent), Progress.NONE)) {
      assertThat(loaded.model().info().windows()).containsExactly(16, 16, 16, 16);
    }
    GgufWriter period = copy("gemma3").put("gemma3.attention.sliding_window_pattern", 3);
    try (LoadedModel loaded = ModelReader.read(written(period), Progress.NONE)) {
      assertThat(loaded.model().info().windows()).containsExactly(16, 16, 0, 16);
      assertThat(loaded.model().layers().get(2).attention().rope())
          .isNotEqualTo(loaded.model().layers().get(3).attention().rope());
    }
  }

  /** Whatever a number of the metadata is, the file is a model or is refused with a sentence. */
  @ParameterizedTest
  @MethodSource("org.msrnn.core.format.TestFiles#goldenModels")
  void aHostileNumberIsASentenceAtWorst(String folder) {
    List<Object> hostile =
        List.of(
            0,
            -1,
            3,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            -1L,
            Long.MAX_VALUE,
            0f,
            -1f,
            1e-30f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Double.MAX_VALUE,
            "text",
            true,
            new int[] {1, 2},
            new boolean[] {true},
            List.of("a"));
    try (ModelFile file = open(folder)) {
      for (var entry : file.metadata().entries()) {
        for (Object value : hostile) {
          GgufWriter writer = copy(folder).put(entry.key(), value);
          try (LoadedModel loaded = ModelReader.read(written(writer), Progress.NONE)) {
            assertThat(loaded.model().layers()).isNotEmpty();
          } catch (MsrnnException e) {
            assertThat(e).hasMessageContaining("in-memory.gguf");
          }
        }
      }
    }
  }
}
