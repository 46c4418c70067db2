package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.core.Progress;
import org.msrnn.core.model.ModelReader;

/** The folders beside the repository, as GGUF would have them. */
class GoldenFoldersTest {
  private static final int LAYERS = 4;
  private static final int WIDTH = 64;
  private static final int FFN = 112;
  private static final int VOCABULARY = 384;

  private static HfFolder golden(String name) {
    return HfFolder.open(TestFiles.shared("golden").resolve(name));
  }

  @ParameterizedTest
  @MethodSource("org.msrnn.core.format.TestFiles#goldenModels")
  void hasTheTensorsOfItsKind(String name) {
    try (HfFolder file = golden(name)) {
      String arch = file.metadata().string("general.architecture");
      assertThat(arch).isEqualTo(name.startsWith("mistral") ? "llama" : name.split("-|3-")[0]);
      assertThat(file.metadata().string("general.name")).isEqualTo(name);
      assertThat(file.format()).isEqualTo("safetensors");
      assertThat(shapes(file)).isEqualTo(expected(name, arch));
      assertThat(ModelReader.inspect(file.path()).model()).isPresent();
      file.startReading(Progress.NONE);
      for (String tensor : file.tensorNames()) {
        for (float number : GgufCopy.numbers(file.tensor(tensor))) {
          assertThat(number).isFinite();
        }
      }
    }
  }

  private static Map<String, List<Long>> shapes(ModelFile file) {
    var shapes = new TreeMap<String, List<Long>>();
    file.tensors().forEach(entry -> shapes.put(entry.name(), entry.shape()));
    return shapes;
  }

  private static Map<String, List<Long>> expected(String name, String arch) {
    long queries = arch.equals("qwen3") ? 128 : WIDTH;
    long keys = name.equals("llama-tied-mha") ? queries : queries / 2;
    boolean after = arch.equals("olmo2");
    boolean both = arch.startsWith("gemma");
    var shapes = new TreeMap<String, List<Long>>();
    shapes.put("token_embd.weight", List.of((long) VOCABULARY, (long) WIDTH));
    shapes.put("output_norm.weight", List.of((long) WIDTH));
    if (!both && !name.contains("tied")) {
      shapes.put("output.weight", List.of((long) VOCABULARY, (long) WIDTH));
    }
    if (name.equals("llama3-rope")) {
      shapes.put("rope_freqs.weight", List.of(8L));
    }
    var layer = new TreeMap<String, List<Long>>();
    for (String norm :
        after
            ? List.of("post_attention_norm", "post_ffw_norm")
            : both
                ? List.of("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
                : List.of("attn_norm", "ffn_norm")) {
      layer.put(norm + ".weight", List.of((long) WIDTH));
    }
    if (arch.equals("phi3")) {
      layer.put("attn_qkv.weight", List.of(queries + 2 * keys, (long) WIDTH));
      layer.put("ffn_up.weight", List.of(2L * FFN, (long) WIDTH));
    } else {
      layer.put("attn_q.weight", List.of(queries, (long) WIDTH));
      layer.put("attn_k.weight", List.of(keys, (long) WIDTH));
      layer.put("attn_v.weight", List.of(keys, (long) WIDTH));
      layer.put("ffn_gate.weight", List.of((long) FFN, (long) WIDTH));
      layer.put("ffn_up.weight", List.of((long) FFN, (long) WIDTH));
    }
    if (arch.equals("qwen2")) {
      layer.put("attn_q.bias", List.of(queries));
      layer.put("attn_k.bias", List.of(keys));
      layer.put("attn_v.bias", List.of(keys));
    }
    if (arch.equals("qwen3") || arch.equals("gemma3")) {
      layer.put("attn_q_norm.weight", List.of(queries / 4));
      layer.put("attn_k_norm.weight", List.of(queries / 4));
    }
    if (after) {
      layer.put("attn_q_norm.weight", List.of(queries));
      layer.put("attn_k_norm.weight", List.of(keys));
    }
    layer.put("attn_output.weight", List.of((long) WIDTH, queries));
    layer.put("ffn_down.weight", List.of((long) WIDTH, (long) FFN));
    for (int l = 0; l < LAYERS; l++) {
      String block = "blk." + l + ".";
      layer.forEach((part, shape) -> shapes.put(block + part, shape));
    }
    return shapes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma3", "granite", "llama3-rope", "phi3", "qwen2", "smollm3"})
  void aCopyInGgufHasTheSameKeysAndNumbers(String name) {
    try (HfFolder folder = golden(name);
        GgufFile copy = TestFiles.open(GgufCopy.of(folder).bytes())) {
      assertThat(copy.metadata().entries()).isEqualTo(folder.metadata().entries());
      assertThat(shapes(copy)).isEqualTo(shapes(folder));
      copy.startReading(Progress.NONE);
      for (String tensor : folder.tensorNames()) {
        assertThat(GgufCopy.numbers(copy.tensor(tensor)))
            .as(tensor)
            .isEqualTo(GgufCopy.numbers(folder.tensor(tensor)));
      }
    }
  }

  @Test
  void keysAreThoseOfGguf() {
    try (HfFolder file = golden("granite")) {
      assertThat(file.metadata().entries())
          .extracting(entry -> entry.key() + " " + entry.type() + " " + entry.text())
          .containsExactly(
              "general.architecture string granite",
              "general.name string granite",
              "granite.block_count u32 4",
              "granite.context_length u32 512",
              "granite.embedding_length u32 64",
              "granite.feed_forward_length u32 112",
              "granite.attention.head_count u32 4",
              "granite.attention.head_count_kv u32 2",
              "granite.attention.key_length u32 16",
              "granite.attention.value_length u32 16",
              "granite.vocab_size u32 384",
              "granite.attention.layer_norm_rms_epsilon f32 1.0E-6",
              "granite.attention.scale f32 0.0625",
              "granite.embedding_scale f32 12.0",
              "granite.residual_scale f32 0.22",
              "granite.logit_scale f32 8.0",
              "granite.rope.dimension_count u32 16",
              "granite.rope.freq_base f32 10000.0",
              "tokenizer.ggml.bos_token_id u32 0",
              "tokenizer.ggml.eos_token_id u32 1");
    }
  }

  @Test
  void windowsAndRopeAreSaidByLayer() {
    var keys = new ArrayList<String>();
    for (String name : List.of("mistral-swa", "mistral", "gemma2", "gemma3", "smollm3", "qwen2")) {
      try (HfFolder file = golden(name)) {
        file.metadata().entries().stream()
            .filter(
                entry -> entry.key().matches(".*(sliding_window|pattern|_swa|no_rope|cap|scale).*"))
            .forEach(entry -> keys.add(entry.key() + " " + entry.text()));
      }
    }
    assertThat(keys)
        .containsExactly(
            "llama.attention.sliding_window 16",
            "llama.attention.sliding_window_pattern [true, true, true, true]",
            "gemma2.attention.scale 0.25",
            "gemma2.attn_logit_softcapping 50.0",
            "gemma2.final_logit_softcapping 30.0",
            "gemma2.attention.sliding_window 16",
            "gemma2.attention.sliding_window_pattern [true, false, true, false]",
            "gemma3.attention.scale 0.25",
            "gemma3.attention.sliding_window 16",
            "gemma3.attention.sliding_window_pattern [true, false, true, false]",
            "gemma3.rope.freq_base_swa 10000.0",
            "smollm3.rope.no_rope_layers [false, false, false, true]");
  }

  @Test
  void theBundledModelsFolderIsTheSameAsItsGgufFile() {
    Path models = TestFiles.shared("models");
    try (GgufFile gguf = GgufFile.open(models.resolve("bookworm-F32.gguf"));
        HfFolder folder = HfFolder.open(models.resolve("hf"))) {
      assertThat(shapes(folder)).isEqualTo(shapes(gguf));
      gguf.startReading(Progress.NONE);
      folder.startReading(Progress.NONE);
      for (String tensor : gguf.tensorNames()) {
        assertThat(GgufCopy.numbers(folder.tensor(tensor)))
            .as(tensor)
            .isEqualTo(GgufCopy.numbers(gguf.tensor(tensor)));
      }
      assertThat(folder.tokenizerJson()).contains(models.resolve("hf/tokenizer.json"));
      assertThat(folder.metadata().bool("tokenizer.ggml.add_bos_token", false)).isTrue();
    }
  }
}
