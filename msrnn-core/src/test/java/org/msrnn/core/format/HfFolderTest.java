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
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.Progress;
import org.msrnn.core.model.ModelReader;

class HfFolderTest {
  private static final int WIDTH = 8;
  private static final int FFN = 12;
  private static final int VOCABULARY = 10;
  private static final int DAMAGED = 3000;
  private static final String LAYER = "model.layers.0.";

  private static final String CONFIG =
      """
      {"model_type":"llama","hidden_size":8,"intermediate_size":12,"num_hidden_layers":1,
      "num_attention_heads":2,"num_key_value_heads":1,"vocab_size":10,"rms_norm_eps":1e-5,
      "max_position_embeddings":64,"hidden_act":"silu","rope_theta":10000.0,
      "tie_word_embeddings":false,"torch_dtype":"float32","bos_token_id":1,"eos_token_id":2}
      """;

  @TempDir Path folder;

  /** Number i of a tensor is i. */
  private static SafetensorsWriter weights() {
    var writer = new SafetensorsWriter();
    put(writer, "model.embed_tokens.weight", VOCABULARY, WIDTH);
    put(writer, LAYER + "input_layernorm.weight", WIDTH);
    put(writer, LAYER + "self_attn.q_proj.weight", WIDTH, WIDTH);
    put(writer, LAYER + "self_attn.k_proj.weight", WIDTH / 2, WIDTH);
    put(writer, LAYER + "self_attn.v_proj.weight", WIDTH / 2, WIDTH);
    put(writer, LAYER + "self_attn.o_proj.weight", WIDTH, WIDTH);
    put(writer, LAYER + "post_attention_layernorm.weight", WIDTH);
    put(writer, LAYER + "mlp.gate_proj.weight", FFN, WIDTH);
    put(writer, LAYER + "mlp.up_proj.weight", FFN, WIDTH);
    put(writer, LAYER + "mlp.down_proj.weight", WIDTH, FFN);
    put(writer, "model.norm.weight", WIDTH);
    put(writer, "lm_head.weight", VOCABULARY, WIDTH);
    return writer;
  }

  private static void put(SafetensorsWriter writer, String name, long... shape) {
    int size = 1;
    for (long n : shape) {
      size *= (int) n;
    }
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = i;
    }
    writer.f32(name, numbers, shape);
  }

  private void text(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private HfFolder open(String config, SafetensorsWriter weights) throws IOException {
    text("config.json", config);
    weights.write(folder.resolve("model.safetensors"));
    return HfFolder.open(folder);
  }

  private static String shown(HfFolder file, String key) {
    return file.metadata().shown(key);
  }

  @Test
  void everyFileOfTheFolderNamesIt() throws IOException {
    open(CONFIG, weights()).close();
    for (String name : List.of("", "config.json", "model.safetensors")) {
      try (ModelFile file = ModelFile.open(folder.resolve(name))) {
        assertThat(file.format()).isEqualTo("safetensors");
        assertThat(file.tokenizerJson()).isEmpty();
      }
    }
  }

  @Test
  void pairsOfQueryAndKeyLieTogetherUntilTheyAreTakenApart() throws IOException {
    try (HfFolder file = open(CONFIG, weights())) {
      file.startReading(Progress.NONE);
      float[] together = GgufCopy.numbers(file.tensor("blk.0.attn_q.weight"));
      var firsts = new ArrayList<Float>();
      for (int row = 0; row < WIDTH; row++) {
        firsts.add(together[row * WIDTH] / WIDTH);
      }
      assertThat(firsts).containsExactly(0f, 2f, 1f, 3f, 4f, 6f, 5f, 7f);
      RowOrder apart = row -> row - row % 4 + (row % 4 < 2 ? row % 4 * 2 : (row % 4 - 2) * 2 + 1);
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_q.weight", apart)))
          .isEqualTo(numbers(WIDTH * WIDTH));
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_v.weight")))
          .isEqualTo(numbers(WIDTH * WIDTH / 2));
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
    var weights = weights();
    put(weights, LAYER + "self_attn.q_proj.bias", WIDTH);
    put(weights, LAYER + "self_attn.k_proj.bias", WIDTH / 2);
    put(weights, LAYER + "self_attn.v_proj.bias", WIDTH / 2);
    put(weights, LAYER + "self_attn.o_proj.bias", WIDTH);
    try (HfFolder file = open(with("\"attention_bias\":true"), weights)) {
      file.startReading(Progress.NONE);
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_q.bias")))
          .containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
      assertThat(GgufCopy.numbers(file.tensor("blk.0.attn_v.bias"))).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void whatTheModelDoesNotUseIsLeftOutAndTheRestKept() throws IOException {
    var weights = weights();
    put(weights, LAYER + "self_attn.rotary_emb.inv_freq", 2);
    put(weights, LAYER + "self_attn.strange.weight", 2);
    String tied = CONFIG.replace("\"tie_word_embeddings\":false", "\"tie_word_embeddings\":true");
    try (HfFolder file = open(tied, weights)) {
      assertThat(file.tensorNames())
          .hasSize(12)
          .contains(LAYER + "self_attn.strange.weight")
          .doesNotContain("output.weight");
    }
  }

  @Test
  void normsOfGemmaHaveTheirOne() throws IOException {
    var weights = weights().remove("lm_head.weight");
    weights.tensor(
        "model.norm.weight", "BF16", new byte[] {(byte) 0x80, 0x3f, 0, 0, 0, 0, 0, 0}, 4);
    String config =
        CONFIG
            .replace("\"llama\"", "\"gemma2\"")
            .replace(",\"rope", ",\"head_dim\":4,\"rope")
            .replace("\"tie_word_embeddings\":false,", "")
            .replace("\"hidden_act\":\"silu\",", "");
    try (HfFolder file = open(config, weights)) {
      file.startReading(Progress.NONE);
      assertThat(file.entry("output_norm.weight").orElseThrow().typeName()).isEqualTo("F32");
      assertThat(GgufCopy.numbers(file.tensor("output_norm.weight"))).containsExactly(2, 1, 1, 1);
      assertThat(file.tensorNames()).contains("blk.0.post_attention_norm.weight");
      assertThat(shown(file, "gemma2.attention.scale")).isEqualTo("0.0625");
      assertThat(shown(file, "gemma2.attn_logit_softcapping")).isEqualTo("50.0");
      assertThat(shown(file, "gemma2.attention.sliding_window")).isEqualTo("4096");
    }
  }

  private static String with(String member) {
    return CONFIG.replace("\"hidden_act\":\"silu\"", "\"hidden_act\":\"silu\"," + member);
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
    try (HfFolder file = open(with(member), weights())) {
      assertThat(shown(file, "llama.rope." + key)).isEqualTo(value);
    }
  }

  @Test
  void frequenciesOfLlama3AreDividedByWavelength() throws IOException {
    String scaling =
        "\"head_dim\":8,\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,"
            + "\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,"
            + "\"original_max_position_embeddings\":200}";
    try (HfFolder file = open(with(scaling), weights())) {
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

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("[]", "file is no JSON object"),
        fault("{\"model_type\":\"llama\",\"model_type\":\"llama\"}", "for the second time"),
        fault("{\"model_type\":" + "[".repeat(100_000), "no JSON"),
        fault("{\"a\":[" + "0,".repeat(20_000) + "0]}", "10000 values at most"),
        fault("{}", "model_type is missing, msrnn has llama, mistral"),
        fault(CONFIG.replace("\"llama\"", "\"bert\""), "model_type is 'bert', msrnn has llama"),
        fault(CONFIG.replace("\"hidden_size\":8", "\"hidden_size\":0"), "hidden_size is 0"),
        fault(CONFIG.replace("\"hidden_size\":8", "\"hidden_size\":8.0"), "hidden_size is 8.0"),
        fault(CONFIG.replace("\"hidden_size\":8,", ""), "hidden_size is missing"),
        fault(CONFIG.replace("heads\":2", "heads\":3"), "num_key_value_heads|num_attention_heads"),
        fault(
            CONFIG.replace("layers\":1", "layers\":2147483648"), "num_hidden_layers is 2147483648"),
        fault(CONFIG.replace("1e-5", "-1"), "rms_norm_eps is -1"),
        fault(CONFIG.replace("1e-5", "1e999"), "rms_norm_eps is Infinity"),
        fault(CONFIG.replace("10000.0", "0"), "rope_theta is 0"),
        fault(CONFIG.replace("silu", "relu"), "hidden_act is 'relu', msrnn has silu"),
        fault(with("\"quantization_config\":{}"), "quantization_config is an object"),
        fault(with("\"num_experts\":8"), "num_experts is 8"),
        fault(with("\"attention_bias\":true"), "blk.0.attn_q.bias is in no file"),
        fault(with("\"partial_rotary_factor\":0.5"), "partial_rotary_factor is 0.5"),
        fault(with("\"head_dim\":3"), "even count of the 3 numbers"),
        fault(with("\"rope_scaling\":7"), "rope_scaling is 7, allowed is an object"),
        fault(with("\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":2}"), "type is 'dynamic'"),
        fault(with("\"rope_scaling\":{\"type\":\"linear\"}"), "rope_scaling.factor is missing"),
        fault(with("\"rope_scaling\":{\"type\":\"longrope\"}"), "longrope for phi3 alone"),
        fault(
            with("\"rope_parameters\":{\"rope_type\":\"llama3\",\"factor\":8}"), "low_freq_factor"),
        fault(
            CONFIG.replace("\"eos_token_id\":2", "\"eos_token_id\":\"x\""), "eos_token_id is 'x'"),
        fault(
            CONFIG.replace("\"bos_token_id\":1", "\"bos_token_id\":[-1]"), "allowed is token ids"));
  }

  private static Arguments fault(String config, String message) {
    return arguments(config, message);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void faultsOfTheConfigAreNamed(String config, String message) {
    assertThatThrownBy(() -> open(config, weights()).close())
        .isInstanceOf(MsrnnException.class)
        .hasMessageStartingWith(folder.resolve("config.json").toString())
        .hasMessageMatching(
            "(?s).*("
                + message
                    .replace("|", "@")
                    .replaceAll("([.\\[\\](){}])", "\\\\$1")
                    .replace("@", "|")
                + ").*");
  }

  @Test
  void headsThatAreNeitherTiedNorThereAreNamed() {
    assertThatThrownBy(() -> open(CONFIG, weights().remove("lm_head.weight")).close())
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("lm_head.weight is in no file of weights");
  }

  @Test
  void foldersWithoutAModelAreRefusedWithWhatTheyLack() throws IOException {
    assertThatThrownBy(() -> ModelFile.open(folder)).hasMessageContaining("config.json is missing");
    text("model.gguf", "");
    assertThatThrownBy(() -> ModelFile.open(folder)).hasMessageContaining("name the file itself");
    text("config.json", CONFIG);
    assertThatThrownBy(() -> ModelFile.open(folder))
        .hasMessageContaining("model.safetensors is missing");
    text("pytorch_model.bin", "");
    assertThatThrownBy(() -> ModelFile.open(folder))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("msrnn reads safetensors; pickle files can run code");
  }

  /** The folder's weights in two files. */
  private void shards(String index) throws IOException {
    var head = new SafetensorsWriter();
    put(head, "lm_head.weight", VOCABULARY, WIDTH);
    weights().remove("lm_head.weight").write(folder.resolve("m-1.safetensors"));
    head.write(folder.resolve("m-2.safetensors"));
    text("config.json", CONFIG);
    text("model.safetensors.index.json", index);
  }

  private static String index(String file) {
    return "{\"metadata\":{\"total_size\":1},\"weight_map\":{\"lm_head.weight\":\""
        + file
        + "\",\"model.norm.weight\":\"m-1.safetensors\"}}";
  }

  @Test
  void severalFilesAreOneModelWithOneDigest() throws Exception {
    shards(index("m-2.safetensors"));
    text("tokenizer.json", "{}");
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
      assertThat(file.digest()).isEqualTo(HexFormat.of().formatHex(sha256));
    }
  }

  static Stream<Arguments> indexes() {
    return Stream.of(
        arguments(index("../../etc/passwd"), "weight_map.lm_head.weight is '../../etc/passwd'"),
        arguments(index("../m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(index("/tmp/m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(index("..\\\\m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(index("C:m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(index("m\\u0000.safetensors"), "the name of a .safetensors file beside"),
        arguments(index("model.safetensors.index.json"), "is 'model.safetensors.index.json'"),
        arguments(index("m-3.safetensors"), "m-3.safetensors: file is missing"),
        arguments(index("m-1.safetensors"), "lm_head.weight is 'm-1.safetensors', which does not"),
        arguments("{\"weight_map\":{}}", "weight_map is missing or empty"),
        arguments("{}", "weight_map is missing or empty"),
        arguments("{\"weight_map\":7}", "no object where one belongs"),
        arguments("{\"weight_map\":{\"a\":7}}", "weight_map.a is ''"),
        arguments(
            "{\"weight_map\":{\"a\":\"b.safetensors\",\"a\":\"b.safetensors\"}}", "'a' for the"),
        arguments("[", "no JSON"));
  }

  @ParameterizedTest
  @MethodSource("indexes")
  void faultsOfTheIndexAreNamed(String index, String message) throws IOException {
    shards(index);
    assertThatThrownBy(() -> HfFolder.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theSameTensorInTwoFilesIsNamed() throws IOException {
    shards(index("m-2.safetensors"));
    weights().write(folder.resolve("m-2.safetensors"));
    assertThatThrownBy(() -> HfFolder.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("here and in m-1.safetensors");
  }

  @Test
  void templatesAndTokensAreReadAndNeverRun() throws IOException {
    text("generation_config.json", "{\"eos_token_id\":[2,7],\"temperature\":0.6}");
    text(
        "tokenizer_config.json",
        "{\"added_tokens_decoder\":{\"0\":{\"content\":\"x\"}},\"add_bos_token\":true,\"chat_template\":"
            + "[{\"name\":\"tool\",\"template\":\"T\"},{\"name\":\"default\",\"template\":\"D\"}]}");
    try (HfFolder file = open(CONFIG, weights())) {
      assertThat(shown(file, "tokenizer.chat_template")).isEqualTo("D");
      assertThat(shown(file, "tokenizer.ggml.bos_token_id")).isEqualTo("1");
      assertThat(shown(file, "tokenizer.ggml.eos_token_id")).isEqualTo("2");
      assertThat(shown(file, "tokenizer.ggml.eos_token_ids")).isEqualTo("[2, 7]");
      assertThat(shown(file, "tokenizer.ggml.add_bos_token")).isEqualTo("true");
    }
    text("chat_template.jinja", "J".repeat(10_000_000));
    try (HfFolder file = HfFolder.open(folder)) {
      assertThat(file.metadata().string("tokenizer.chat_template")).hasSize(1 << 20);
    }
  }

  private static final List<String> NASTY =
      List.of(
          "0",
          "1",
          "-1",
          "3",
          "2.5",
          "1e999",
          "2147483648",
          "9223372036854775808",
          "null",
          "true",
          "[]",
          "{}",
          "[1,2]",
          "\"\"",
          "\"gemma3_text\"",
          "\"phi3\"",
          "\"qwen2\"",
          "\"smollm3\"",
          "{\"type\":\"yarn\",\"factor\":4}",
          "{\"rope_type\":\"llama3\"}",
          "\"rope_scaling\"",
          "\"rope_parameters\"",
          "\"sliding_window\"",
          "\"layer_types\"",
          "\"head_dim\"",
          "\"text_config\"",
          "\"tie_word_embeddings\"",
          ",",
          ":",
          "{",
          "}");

  @Test
  void randomDamageToTheConfigIsNamedOrHarmless() throws IOException {
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    weights().write(folder.resolve("model.safetensors"));
    int accepted = 0;
    for (int i = 0; i < DAMAGED; i++) {
      var random = new Random(seed + i);
      var pieces = new ArrayList<>(List.of(CONFIG.strip().split("(?<=[:,])|(?=[:,])")));
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        String nasty = NASTY.get(random.nextInt(NASTY.size()));
        pieces.set(1 + random.nextInt(pieces.size() - 1), nasty);
      }
      text("config.json", String.join("", pieces));
      try {
        ModelReader.inspect(folder);
        accepted++;
      } catch (MsrnnException e) {
        assertThat(e.getMessage()).as("seed %d", seed + i).hasSizeBetween(10, 700);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("-Dmsrnn.seed=" + (seed + i) + " shows it", e);
      }
    }
    assertThat(accepted).as("seed %d: some damage is harmless", seed).isPositive();
    assertThat(accepted).as("seed %d: most damage is seen", seed).isLessThan(DAMAGED / 2);
  }

  @Test
  void denseFilesTakeNoMoreMemoryThanPromised() throws IOException {
    var config = new StringBuilder(CONFIG.strip());
    config.setLength(config.length() - 1);
    for (int i = 0; i < 9000; i++) {
      config.append(",\"").append(Integer.toString(i, 36)).append("\":{}");
    }
    var tokens = new StringBuilder("{\"a\":{}");
    for (int i = 0; i < 200_000; i++) {
      tokens.append(",\"").append(Integer.toString(i, 36)).append("\":[]");
    }
    text("tokenizer_config.json", tokens.append('}').toString());
    open(config.append('}').toString(), weights()).close();
    long before = Allocation.liveAfterGc();
    HfFolder file = HfFolder.open(folder);
    long kept = Allocation.liveAfterGc() - before;
    assertThat(kept).isLessThanOrEqualTo(8L * file.fileBytes() + (1 << 20));
    file.close();
  }

  @Test
  void weightsAreThereOnceReadingHasBegun() throws IOException {
    HfFolder file = open(CONFIG, weights());
    assertThatThrownBy(() -> file.tensor("blk.0.attn_q.weight"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(file::digest).isInstanceOf(IllegalStateException.class);
    file.close();
    assertThatThrownBy(() -> file.startReading(Progress.NONE))
        .isInstanceOf(IllegalStateException.class);
  }
}
