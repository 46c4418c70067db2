package org.msrnn.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;
import org.msrnn.core.format.GgufWriter;
import org.msrnn.core.format.TestFiles;
import org.msrnn.core.format.TinyLlama;

class LlamaFamilyTest {
  private static final String HEADS = "llama.attention.head_count";
  private static final String KV_HEADS = "llama.attention.head_count_kv";
  private static final String KEY_LENGTH = "llama.attention.key_length";
  private static final String EPSILON = "llama.attention.layer_norm_rms_epsilon";
  private static final String BASE = "llama.rope.freq_base";
  private static final String ROTATED = "llama.rope.dimension_count";
  private static final String SCALING = "llama.rope.scaling.type";
  private static final String FACTOR = "llama.rope.scaling.factor";
  private static final String FACTORS = "rope_freqs.weight";

  private static GgufWriter tiny() {
    return TinyLlama.writer(3, TensorType.F32);
  }

  private static LoadedModel read(GgufWriter writer) {
    return ModelReader.read(TestFiles.open(writer.bytes()), Progress.NONE);
  }

  @ParameterizedTest
  @EnumSource(value = TensorType.class, mode = EnumSource.Mode.MATCH_NONE, names = ".*_K")
  void readsEveryNumberFormat(TensorType type) {
    try (LoadedModel loaded = read(TinyLlama.writer(3, type))) {
      DecoderModel model = loaded.model();
      assertThat(model.info().layers()).isEqualTo(TinyLlama.LAYERS);
      assertThat(model.digest().get()).hasSize(64);
      assertThat(model.layers()).hasSize(TinyLlama.LAYERS);
      assertThat(model.embedding().type()).isEqualTo(type);
      assertThat(model.output()).isSameAs(model.embedding());
      assertThat(model.activation()).isEqualTo(Activation.SILU);
      assertThat(model.epsilon()).isEqualTo(1e-5f);
      assertThat(model.layers().getFirst().feedForward().down().columns()).isEqualTo(TinyLlama.FFN);
    }
  }

  @Test
  void tensorsAreGoneAfterCloseAndTheTokenizerStays() {
    LoadedModel loaded = read(tiny());
    loaded.close();
    Tensor query = loaded.model().layers().getFirst().attention().query().weights();
    assertThatThrownBy(() -> query.decodeRow(0, new float[TinyLlama.WIDTH], 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(loaded.tokenizer().encode("the")).containsExactly(257);
  }

  @Test
  void aSeparateOutputIsRead() {
    float[] numbers = new float[TinyLlama.VOCABULARY * TinyLlama.WIDTH];
    numbers[0] = 42;
    try (LoadedModel loaded =
        read(
            tiny()
                .tensor(
                    "output.weight",
                    TensorType.F32,
                    GgufWriter.f32(numbers),
                    TinyLlama.WIDTH,
                    TinyLlama.VOCABULARY))) {
      float[] row = new float[TinyLlama.WIDTH];
      loaded.model().output().decodeRow(0, row, 0);
      assertThat(row[0]).isEqualTo(42);
      assertThat(loaded.model().embedding().name()).isEqualTo("token_embd.weight");
    }
  }

  /** Every row of the query holds its own number, so that the order can be read off. */
  private static GgufWriter numberedRows(GgufWriter writer) {
    for (String name : List.of("blk.0.attn_q.weight", "blk.0.attn_k.weight")) {
      int rows = TinyLlama.HEAD_SIZE * (name.contains("_q") ? TinyLlama.HEADS : TinyLlama.KV_HEADS);
      float[] numbers = new float[rows * TinyLlama.WIDTH];
      for (int i = 0; i < numbers.length; i++) {
        int row = i / TinyLlama.WIDTH;
        numbers[i] = row;
      }
      writer.tensor(name, TensorType.F32, GgufWriter.f32(numbers), TinyLlama.WIDTH, rows);
    }
    return writer;
  }

  private static float[] firstColumn(Tensor tensor) {
    float[] column = new float[tensor.rows()];
    float[] row = new float[tensor.columns()];
    for (int i = 0; i < column.length; i++) {
      tensor.decodeRow(i, row, 0);
      column[i] = row[0];
    }
    return column;
  }

  @Test
  void neighbouringPairsBecomeHalves() {
    try (LoadedModel loaded = read(numberedRows(tiny()))) {
      DecoderModel.Layer layer = loaded.model().layers().getFirst();
      assertThat(Arrays.copyOf(firstColumn(layer.attention().query().weights()), 16))
          .containsExactly(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);
      assertThat(firstColumn(layer.attention().key().weights()))
          .containsExactly(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);
    }
  }

  @Test
  void numbersThatAreNotRotatedStay() {
    try (LoadedModel loaded = read(numberedRows(tiny().put(ROTATED, 4)))) {
      assertThat(firstColumn(loaded.model().layers().getFirst().attention().key().weights()))
          .containsExactly(0, 2, 1, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12, 13, 14, 15);
      assertThat(rope(loaded).pairs()).isEqualTo(2);
      assertThat(rope(loaded).frequency(1)).isEqualTo(1 / Math.sqrt(10_000));
    }
  }

  @ParameterizedTest
  @EnumSource(value = TensorType.class, mode = EnumSource.Mode.MATCH_NONE, names = ".*_K")
  void rowsMoveAsTheyAreEncoded(TensorType type) {
    GgufWriter writer = TinyLlama.writer(5, type);
    var file = TestFiles.open(writer.bytes());
    try (LoadedModel loaded = ModelReader.read(file, Progress.NONE)) {
      Tensor raw = file.tensor("blk.1.attn_q.weight");
      Tensor moved = loaded.model().layers().get(1).attention().query().weights();
      float[] expected = new float[TinyLlama.WIDTH];
      float[] found = new float[TinyLlama.WIDTH];
      for (int head = 0; head < TinyLlama.HEADS; head++) {
        for (int i = 0; i < TinyLlama.HEAD_SIZE; i++) {
          int half = TinyLlama.HEAD_SIZE / 2;
          raw.decodeRow(head * TinyLlama.HEAD_SIZE + 2 * (i % half) + i / half, expected, 0);
          moved.decodeRow(head * TinyLlama.HEAD_SIZE + i, found, 0);
          assertThat(found).as("head %d, row %d", head, i).containsExactly(expected);
        }
      }
    }
  }

  @Test
  void linearScalingSlowsEveryFrequency() {
    Rope plain = rope(tiny());
    Rope linear = rope(tiny().put(SCALING, "linear").put(FACTOR, 4f));
    Rope old = rope(tiny().put("llama.rope.scale_linear", 4f));
    for (int i = 0; i < plain.pairs(); i++) {
      assertThat(linear.frequency(i)).isEqualTo(plain.frequency(i) / 4);
      assertThat(old.frequency(i)).isEqualTo(plain.frequency(i) / 4);
    }
  }

  @Test
  void frequencyFactorsDivide() {
    Rope plain = rope(tiny());
    Rope scaled = rope(tiny().tensor(FACTORS, TensorType.F32, GgufWriter.f32(1, 2, 4, 8), 4));
    for (int i = 0; i < 4; i++) {
      assertThat(scaled.frequency(i)).isEqualTo(plain.frequency(i) / (1 << i));
    }
  }

  private static Rope rope(GgufWriter writer) {
    try (LoadedModel loaded = read(writer)) {
      return rope(loaded);
    }
  }

  private static Rope rope(LoadedModel loaded) {
    return Objects.requireNonNull(loaded.model().layers().getFirst().attention().rope());
  }

  @Test
  void missingKvHeadsAreAllHeads() {
    GgufWriter writer = tiny().remove(KV_HEADS);
    int rows = TinyLlama.HEADS * TinyLlama.HEAD_SIZE;
    for (int l = 0; l < TinyLlama.LAYERS; l++) {
      for (String name : List.of("attn_k", "attn_v")) {
        byte[] data = new byte[rows * TinyLlama.WIDTH * 4];
        writer.tensor("blk." + l + "." + name + ".weight", TensorType.F32, data, 32, rows);
      }
    }
    try (LoadedModel loaded = read(writer)) {
      assertThat(loaded.model().info().kvHeads()).isEqualTo(TinyLlama.HEADS);
    }
  }

  private static Arguments damaged(String name, UnaryOperator<GgufWriter> damage, String field) {
    return arguments(name, damage, field);
  }

  private static Arguments value(String key, Object value) {
    return arguments(key + " " + value, (UnaryOperator<GgufWriter>) w -> w.put(key, value), key);
  }

  private static Arguments value(String key, Object value, String field) {
    return arguments(key + " " + value, (UnaryOperator<GgufWriter>) w -> w.put(key, value), field);
  }

  private static Arguments missing(String key) {
    return arguments(key + " missing", (UnaryOperator<GgufWriter>) w -> w.remove(key), key);
  }

  static Stream<Arguments> contradictions() {
    return Stream.of(
        missing("general.architecture"),
        value("general.architecture", 7),
        missing(HEADS),
        value(HEADS, 0),
        value(HEADS, -1),
        value(HEADS, "4"),
        value(HEADS, 5, KV_HEADS),
        value(HEADS, 6),
        value(HEADS, 32),
        value(KV_HEADS, 0),
        value(KV_HEADS, 8),
        value(KV_HEADS, 3),
        value(KV_HEADS, new int[] {2, 2}),
        value(KEY_LENGTH, 0),
        value(KEY_LENGTH, 7),
        value(KEY_LENGTH, 1 << 20),
        value(KEY_LENGTH, 16, "blk.0.attn_q.weight"),
        missing("llama.block_count"),
        value("llama.block_count", 0),
        value("llama.block_count", 1025),
        value("llama.block_count", 1 << 31),
        value("llama.block_count", 3, "blk.2.attn_norm.weight"),
        missing("llama.embedding_length"),
        value("llama.embedding_length", 0),
        value("llama.embedding_length", 64, "token_embd.weight"),
        missing("llama.feed_forward_length"),
        value("llama.feed_forward_length", 0),
        value("llama.feed_forward_length", 65, "blk.0.ffn_gate.weight"),
        missing("llama.context_length"),
        value("llama.context_length", 0),
        value("llama.context_length", (1 << 24) + 1),
        missing(EPSILON),
        value(EPSILON, 0f),
        value(EPSILON, -1e-5f),
        value(EPSILON, Float.NaN),
        value(EPSILON, Float.POSITIVE_INFINITY),
        value(BASE, 0f),
        value(BASE, Float.NaN),
        value(BASE, Float.POSITIVE_INFINITY),
        value(ROTATED, 0),
        value(ROTATED, 3),
        value(ROTATED, 10),
        value("llama.vocab_size", 259),
        value("tokenizer.ggml.tokens", List.of("a"), "token_embd.weight"),
        damaged("linear without factor", w -> w.put(SCALING, "linear"), "llama.rope.scale_linear"),
        damaged("yarn without factor", w -> w.put(SCALING, "yarn"), FACTOR),
        value("llama.attention.sliding_window", -1),
        value("llama.attention.sliding_window", "16"),
        damaged("factor 0", w -> w.put(SCALING, "linear").put(FACTOR, 0f), FACTOR),
        damaged("no embedding", w -> w.removeTensor("token_embd.weight"), "token_embd.weight"),
        damaged("no value", w -> w.removeTensor("blk.1.attn_v.weight"), "blk.1.attn_v.weight"),
        damaged(
            "norm too short",
            w -> w.tensor("output_norm.weight", TensorType.F32, new byte[31 * 4], 31),
            "output_norm.weight"),
        damaged(
            "output of another vocabulary",
            w -> w.tensor("output.weight", TensorType.F32, new byte[32 * 4], 32, 1),
            "output.weight"),
        damaged(
            "gate transposed",
            w -> w.tensor("blk.0.ffn_gate.weight", TensorType.F32, new byte[64 * 32 * 4], 64, 32),
            "blk.0.ffn_gate.weight"),
        damaged(
            "three frequency factors",
            w -> w.tensor(FACTORS, TensorType.F32, GgufWriter.f32(1, 1, 1), 3),
            FACTORS),
        damaged(
            "frequency factor NaN",
            w -> w.tensor(FACTORS, TensorType.F32, GgufWriter.f32(1, Float.NaN, 1, 1), 4),
            FACTORS + "[1]"),
        damaged(
            "frequency factor 0",
            w -> w.tensor(FACTORS, TensorType.F32, GgufWriter.f32(1, 1, 0, 1), 4),
            FACTORS + "[2]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("contradictions")
  void contradictionsAreNamed(String name, UnaryOperator<GgufWriter> damage, String field) {
    assertThatThrownBy(() -> read(damage.apply(tiny())).close())
        .as(name)
        .isInstanceOfSatisfying(
            ModelFileException.class,
            e -> assertThat(e.field()).as(e.getMessage()).isEqualTo(field));
  }

  static Stream<Arguments> foreignModels() {
    return Stream.of(
        value("general.architecture", "mamba\u0007", "mamba\\u{7}, msrnn runs: llama, qwen2"),
        value(SCALING, "ntk", "llama.rope.scaling.type is ntk, msrnn has none, linear, yarn and"),
        value("llama.attention.value_length", 4, "llama.attention.value_length is 4"),
        value("llama.expert_count", 8, "llama.expert_count is 8"),
        value("llama.logit_scale", 0.5f, "llama.logit_scale is 0.5"),
        value("llama.attention.causal", false, "llama.attention.causal is false"),
        damaged(
            "norm of the queries",
            w -> w.tensor("blk.0.attn_q_norm.weight", TensorType.F32, new byte[8 * 4], 8),
            "the tensor blk.0.attn_q_norm.weight"),
        damaged(
            "IQ4_NL",
            w -> w.tensor("blk.0.attn_q.weight", 20, new byte[32 * 18], 32, 32),
            "blk.0.attn_q.weight has the number format IQ4_NL"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("foreignModels")
  void foreignModelsAreRefusedWithASentence(
      String name, UnaryOperator<GgufWriter> damage, String sentence) {
    byte[] bytes = damage.apply(tiny()).bytes();
    assertThatThrownBy(() -> ModelReader.read(TestFiles.open(bytes), Progress.NONE).close())
        .as(name)
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith("in-memory.gguf")
        .hasMessageContaining(sentence);
    Inspection inspection = ModelReader.inspect(TestFiles.open(bytes));
    assertThat(inspection.model()).isEmpty();
    assertThat(inspection.problems()).singleElement().asString().contains(sentence);
  }

  @Test
  void whatIsForeignIsRefusedBeforeWeightsAreRead() {
    byte[] bytes = tiny().put("general.architecture", "rwkv").bytes();
    var file = TestFiles.open(bytes);
    assertThatThrownBy(
            () ->
                ModelReader.read(
                    file,
                    (done, total) -> {
                      throw new AssertionError("read " + done);
                    }))
        .isInstanceOf(UnsupportedModelException.class);
  }

  @Test
  void anUnknownTokenizerLeavesTheModelUsable() {
    GgufWriter writer = tiny().put("tokenizer.ggml.model", "rwkv");
    try (LoadedModel loaded = read(writer)) {
      assertThatThrownBy(loaded::tokenizer)
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageContaining("tokenizer.ggml.model is rwkv");
    }
    Inspection inspection = ModelReader.inspect(TestFiles.open(writer.bytes()));
    assertThat(inspection.model()).isPresent();
    assertThat(inspection.problems()).hasSize(1);
  }
}
