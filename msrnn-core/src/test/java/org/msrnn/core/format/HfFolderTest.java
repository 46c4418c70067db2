package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.core.Progress;

class HfFolderTest {
  @TempDir Path folder;
  private TinyFolder tiny;

  @BeforeEach
  void tiny() {
    tiny = new TinyFolder(folder);
  }

  private static String shown(HfFolder file, String key) {
    return file.metadata().shown(key);
  }

  @Test
  void everyFileOfTheFolderNamesIt() throws IOException {
    tiny.open(TinyFolder.CONFIG, TinyFolder.weights()).close();
    for (String name : List.of("", "config.json", "model.safetensors")) {
      try (ModelFile file = ModelFile.open(folder.resolve(name))) {
        assertThat(file.format()).isEqualTo("safetensors");
        assertThat(file.tokenizerJson()).isEmpty();
      }
    }
  }

  @Test
  void pairsOfQueryAndKeyLieTogetherUntilTheyAreTakenApart() throws IOException {
    try (HfFolder file = tiny.open(TinyFolder.CONFIG, TinyFolder.weights())) {
      file.startReading(Progress.NONE);
      float[] together = GgufCopy.numbers(file.tensor("blk.0.attn_q.weight"));
      var firsts = new ArrayList<Float>();
      for (int row = 0; row < TinyFolder.WIDTH; row++) {
        firsts.add(together[row * TinyFolder.WIDTH] / TinyFolder.WIDTH);
      }
      assertThat(firsts).containsExactly(0f, 2f, 1f, 3f, 4f, 6f, 5f, 7f);
      RowOrder apart = row -> row - row % 4 + (row % 4 < 2 ? row % 4 * 2 : (row % 4 - 2) * 2 + 1);
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_q.weight", apart)))
          .isEqualTo(numbers(TinyFolder.WIDTH * TinyFolder.WIDTH));
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_v.weight")))
          .isEqualTo(numbers(TinyFolder.WIDTH * TinyFolder.WIDTH / 2));
    }
  }

  private static float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = i;
    }
    return numbers;
  }

  @Test
  void biasesFollowTheirRows() throws IOException {
    var weights = TinyFolder.weights();
    TinyFolder.put(weights, TinyFolder.LAYER + "self_attn.q_proj.bias", TinyFolder.WIDTH);
    TinyFolder.put(weights, TinyFolder.LAYER + "self_attn.k_proj.bias", TinyFolder.WIDTH / 2);
    TinyFolder.put(weights, TinyFolder.LAYER + "self_attn.v_proj.bias", TinyFolder.WIDTH / 2);
    TinyFolder.put(weights, TinyFolder.LAYER + "self_attn.o_proj.bias", TinyFolder.WIDTH);
    try (HfFolder file = tiny.open(TinyFolder.with("\"attention_bias\":true"), weights)) {
      file.startReading(Progress.NONE);
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_q.bias")))
          .containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_v.bias"))).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void whatTheModelDoesNotUseIsLeftOutAndTheRestKept() throws IOException {
    var weights = TinyFolder.weights();
    TinyFolder.put(weights, TinyFolder.LAYER + "self_attn.rotary_emb.inv_freq", 2);
    TinyFolder.put(weights, TinyFolder.LAYER + "self_attn.strange.weight", 2);
    String tied =
        TinyFolder.CONFIG.replace("\"tie_word_embeddings\":false", "\"tie_word_embeddings\":true");
    try (HfFolder file = tiny.open(tied, weights)) {
      assertThat(file.tensorNames())
          .hasSize(12)
          .contains(TinyFolder.LAYER + "self_attn.strange.weight")
          .doesNotContain("output.weight");
    }
  }

  @Test
  void normsOfGemmaHaveTheirOne() throws IOException {
    var weights = TinyFolder.weights().remove("lm_head.weight");
    weights.tensor(
        "model.norm.weight", "BF16", new byte[] {(byte) 0x80, 0x3f, 0, 0, 0, 0, 0, 0}, 4);
    String config =
        TinyFolder.CONFIG
            .replace("\"llama\"", "\"gemma2\"")
            .replace(",\"rope", ",\"head_dim\":4,\"rope")
            .replace("\"tie_word_embeddings\":false,", "")
            .replace("\"hidden_act\":\"silu\",", "");
    try (HfFolder file = tiny.open(config, weights)) {
      file.startReading(Progress.NONE);
      assertThat(file.entry("output_norm.weight").orElseThrow().typeName()).isEqualTo("F32");
      assertThat(GgufCopy.numbers(file.tensor("output_norm.weight"))).containsExactly(2, 1, 1, 1);
      assertThat(file.tensorNames()).contains("blk.0.post_attention_norm.weight");
      assertThat(shown(file, "gemma2.attention.scale")).isEqualTo("0.0625");
      assertThat(shown(file, "gemma2.attn_logit_softcapping")).isEqualTo("50.0");
      assertThat(shown(file, "gemma2.attention.sliding_window")).isEqualTo("4096");
    }
  }

  @Test
  void aCapThatIsNullIsNoneAndOneThatIsAbsentIsTheUsual() throws IOException {
    var weights = TinyFolder.weights().remove("lm_head.weight");
    String config =
        TinyFolder.CONFIG
            .replace("\"llama\"", "\"gemma2\"")
            .replace(",\"rope", ",\"head_dim\":4,\"attn_logit_softcapping\":null,\"rope")
            .replace("\"tie_word_embeddings\":false,", "")
            .replace("\"hidden_act\":\"silu\",", "");
    try (HfFolder file = tiny.open(config, weights)) {
      assertThat(shown(file, "gemma2.attn_logit_softcapping")).isEqualTo("0.0");
      assertThat(shown(file, "gemma2.final_logit_softcapping")).isEqualTo("30.0");
    }
  }

  static Stream<Arguments> ropes() {
    String parameters = "\"rope_parameters\":{\"rope_type\":\"%s\",\"rope_theta\":500.0,%s}";
    String scaling = "\"rope_scaling\":{\"type\":\"%s\",%s}";
    String yarn = "\"factor\":4.0,\"original_max_position_embeddings\":16";
    return Stream.of(
        arguments(parameters.formatted("default", "\"x\":1"), "freq_base", "500.0"),
        arguments(parameters.formatted("linear", "\"factor\":2.0"), "scaling.type", "linear"),
        arguments(scaling.formatted("linear", "\"factor\":2"), "scaling.factor", "2.0"),
        arguments(scaling.formatted("linear", "\"factor\":2"), "freq_base", "10000.0"),
        arguments(scaling.formatted("yarn", yarn), "scaling.original_context_length", "16"),
        arguments(scaling.formatted("yarn", yarn), "scaling.attn_factor", "missing"),
        arguments(
            scaling.formatted("yarn", yarn + ",\"attention_factor\":1"),
            "scaling.attn_factor",
            "0.8782489"),
        arguments(
            scaling.formatted("yarn", yarn + ",\"mscale\":1,\"mscale_all_dim\":1"),
            "scaling.attn_factor",
            "0.8782489"),
        arguments(
            scaling.formatted("yarn", yarn + ",\"beta_fast\":30"),
            "scaling.yarn_beta_fast",
            "30.0"),
        arguments("\"rope_scaling\":null", "scaling.type", "missing"),
        arguments("\"head_dim\":6", "dimension_count", "6"));
  }

  @ParameterizedTest
  @MethodSource("ropes")
  void ropeIsReadInBothForms(String member, String key, String value) throws IOException {
    try (HfFolder file = tiny.open(TinyFolder.with(member), TinyFolder.weights())) {
      assertThat(shown(file, "llama.rope." + key)).isEqualTo(value);
    }
  }

  @Test
  void frequenciesOfLlama3AreDividedByWavelength() throws IOException {
    String scaling =
        "\"head_dim\":8,\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,"
            + "\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,"
            + "\"original_max_position_embeddings\":200}";
    try (HfFolder file = tiny.open(TinyFolder.with(scaling), TinyFolder.weights())) {
      file.startReading(Progress.NONE);
      float[] divisors = GgufCopy.numbers(file.tensor("rope_freqs.weight"));
      // Wavelengths 6.3, 63, 628 and 6283 against 50 and 200: s = (200 / 62.8 - 1) / 3.
      double smooth = (200 / (20 * Math.PI) - 1) / 3;
      assertThat(divisors).hasSize(4);
      assertThat(divisors[0]).isEqualTo(1);
      assertThat(divisors[1]).isEqualTo((float) (1 / ((1 - smooth) / 8 + smooth)));
      assertThat(divisors[2]).isEqualTo(8);
      assertThat(divisors[3]).isEqualTo(8);
    }
  }

  @Test
  void severalFilesAreOneModelWithOneDigest() throws Exception {
    tiny.shards(TinyFolder.index("m-2.safetensors"));
    tiny.text("tokenizer.json", "{}");
    var told = new ArrayList<Long>();
    var content = new ByteArrayOutputStream();
    for (String name :
        List.of(
            "config.json",
            "tokenizer.json",
            "model.safetensors.index.json",
            "m-1.safetensors",
            "m-2.safetensors")) {
      content.writeBytes(Files.readAllBytes(folder.resolve(name)));
    }
    try (HfFolder file = HfFolder.open(folder)) {
      assertThat(file.format()).isEqualTo("safetensors in 2 files");
      assertThat(file.fileBytes()).isEqualTo(content.size());
      assertThat(file.tokenizerJson()).contains(folder.resolve("tokenizer.json"));
      file.startReading((done, total) -> told.add(total - done));
      for (String tensor : file.tensorNames()) {
        assertThat(GgufCopy.numbers(file.tensor(tensor))).contains(0, 1, 2, 3);
      }
      assertThat(told.getLast()).isZero();
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content.toByteArray());
      assertThat(file.digest().get()).isEqualTo(HexFormat.of().formatHex(sha256));
    }
  }

  @Test
  void templatesAndTokensAreReadAndNeverRun() throws IOException {
    tiny.text("generation_config.json", "{\"eos_token_id\":[2,7],\"temperature\":0.6}");
    tiny.text(
        "tokenizer_config.json",
        "{\"added_tokens_decoder\":{\"0\":{\"content\":\"x\"}},\"add_bos_token\":true,\"chat_template\":"
            + "[{\"name\":\"tool\",\"template\":\"T\"},{\"name\":\"default\",\"template\":\"D\"}]}");
    try (HfFolder file = tiny.open(TinyFolder.CONFIG, TinyFolder.weights())) {
      assertThat(shown(file, "tokenizer.chat_template")).isEqualTo("D");
      assertThat(shown(file, "tokenizer.ggml.bos_token_id")).isEqualTo("1");
      assertThat(shown(file, "tokenizer.ggml.eos_token_id")).isEqualTo("2");
      assertThat(shown(file, "tokenizer.ggml.eos_token_ids")).isEqualTo("[2, 7]");
      assertThat(shown(file, "tokenizer.ggml.add_bos_token")).isEqualTo("true");
    }
    tiny.text("chat_template.jinja", "J".repeat(10_000_000));
    try (HfFolder file = HfFolder.open(folder)) {
      assertThat(file.metadata().string("tokenizer.chat_template")).hasSize(1 << 20);
    }
  }

  @Test
  void denseFilesTakeNoMoreMemoryThanPromised() throws IOException {
    var config = new StringBuilder(TinyFolder.CONFIG.strip());
    config.setLength(config.length() - 1);
    for (int i = 0; i < 9000; i++) {
      config.append(",\"").append(Integer.toString(i, 36)).append("\":{}");
    }
    var tokens = new StringBuilder("{\"a\":{}");
    for (int i = 0; i < 200_000; i++) {
      tokens.append(",\"").append(Integer.toString(i, 36)).append("\":[]");
    }
    tiny.text("tokenizer_config.json", tokens.append('}').toString());
    tiny.open(config.append('}').toString(), TinyFolder.weights()).close();
    long before = Allocation.liveAfterGc();
    HfFolder file = HfFolder.open(folder);
    long kept = Allocation.liveAfterGc() - before;
    assertThat(kept).isLessThanOrEqualTo(8L * file.fileBytes() + (1 << 20));
    file.close();
  }

  @Test
  void weightsAreThereOnceReadingHasBegun() throws IOException {
    HfFolder file = tiny.open(TinyFolder.CONFIG, TinyFolder.weights());
    assertThatThrownBy(() -> file.tensor("blk.0.attn_q.weight"))
        .isInstanceOf(IllegalStateException.class);
    file.close();
    assertThatThrownBy(() -> file.startReading(Progress.NONE))
        .isInstanceOf(IllegalStateException.class);
  }
}
