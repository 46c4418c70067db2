package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.model.ModelReader;

/** One folder an accident or an attack: what is refused, and under which name. */
class HfBadFoldersTest {
  private static final int DAMAGED = 1500;

  @TempDir Path folder;
  private TinyFolder tiny;

  @BeforeEach
  void tiny() {
    tiny = new TinyFolder(folder);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("[]", "file is no JSON object"),
        fault("{\"model_type\":\"llama\",\"model_type\":\"llama\"}", "for the second time"),
        fault("{\"model_type\":" + "[".repeat(100_000), "no JSON"),
        fault("{\"a\":[" + "0,".repeat(20_000) + "0]}", "10000 values at most"),
        fault("{}", "model_type is missing, msrnn has llama, mistral"),
        fault(
            TinyFolder.CONFIG.replace("\"llama\"", "\"bert\""),
            "model_type is 'bert', msrnn has llama"),
        fault(
            TinyFolder.CONFIG.replace("\"hidden_size\":8", "\"hidden_size\":0"),
            "hidden_size is 0"),
        fault(
            TinyFolder.CONFIG.replace("\"hidden_size\":8", "\"hidden_size\":8.0"),
            "hidden_size is 8.0"),
        fault(TinyFolder.CONFIG.replace("\"hidden_size\":8,", ""), "hidden_size is missing"),
        fault(
            TinyFolder.CONFIG.replace("heads\":2", "heads\":3"),
            "num_key_value_heads|num_attention_heads"),
        fault(
            TinyFolder.CONFIG.replace("layers\":1", "layers\":2147483648"),
            "num_hidden_layers is 2147483648"),
        fault(TinyFolder.CONFIG.replace("1e-5", "-1"), "rms_norm_eps is -1"),
        fault(TinyFolder.CONFIG.replace("1e-5", "1e999"), "rms_norm_eps is Infinity"),
        fault(TinyFolder.CONFIG.replace("10000.0", "0"), "rope_theta is 0"),
        fault(TinyFolder.CONFIG.replace("silu", "relu"), "hidden_act is 'relu', msrnn has silu"),
        fault(TinyFolder.with("\"quantization_config\":{}"), "quantization_config is an object"),
        fault(TinyFolder.with("\"num_experts\":8"), "num_experts is 8"),
        fault(TinyFolder.with("\"attention_bias\":true"), "blk.0.attn_q.bias is in no file"),
        fault(TinyFolder.with("\"partial_rotary_factor\":0.5"), "partial_rotary_factor is 0.5"),
        fault(TinyFolder.with("\"head_dim\":3"), "even count of the 3 numbers"),
        fault(TinyFolder.with("\"rope_scaling\":7"), "rope_scaling is 7, allowed is an object"),
        fault(
            TinyFolder.with("\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":2}"),
            "type is 'dynamic'"),
        fault(
            TinyFolder.with("\"rope_scaling\":{\"type\":\"linear\"}"),
            "rope_scaling.factor is missing"),
        fault(
            TinyFolder.with("\"rope_scaling\":{\"type\":\"longrope\"}"), "longrope for phi3 alone"),
        fault(
            TinyFolder.with("\"rope_parameters\":{\"rope_type\":\"llama3\",\"factor\":8}"),
            "low_freq_factor"),
        fault(
            TinyFolder.CONFIG.replace("\"eos_token_id\":2", "\"eos_token_id\":\"x\""),
            "eos_token_id is 'x'"),
        fault(
            TinyFolder.CONFIG.replace("\"bos_token_id\":1", "\"bos_token_id\":[-1]"),
            "allowed is token ids"));
  }

  private static Arguments fault(String config, String message) {
    return arguments(config, message);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void faultsOfTheConfigAreNamed(String config, String message) {
    assertThatThrownBy(() -> tiny.open(config, TinyFolder.weights()).close())
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
    assertThatThrownBy(
            () ->
                tiny.open(TinyFolder.CONFIG, TinyFolder.weights().remove("lm_head.weight")).close())
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("lm_head.weight is in no file of weights");
  }

  @Test
  void foldersWithoutAModelAreRefusedWithWhatTheyLack() throws IOException {
    assertThatThrownBy(() -> ModelFile.open(folder)).hasMessageContaining("config.json is missing");
    tiny.text("model.gguf", "");
    assertThatThrownBy(() -> ModelFile.open(folder)).hasMessageContaining("name the file itself");
    tiny.text("config.json", TinyFolder.CONFIG);
    assertThatThrownBy(() -> ModelFile.open(folder))
        .hasMessageContaining("model.safetensors is missing");
    tiny.text("pytorch_model.bin", "");
    assertThatThrownBy(() -> ModelFile.open(folder))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("msrnn reads safetensors; pickle files can run code");
  }

  static Stream<Arguments> indexes() {
    return Stream.of(
        arguments(
            TinyFolder.index("../../etc/passwd"),
            "weight_map.lm_head.weight is '../../etc/passwd'"),
        arguments(TinyFolder.index("../m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(
            TinyFolder.index("/tmp/m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(
            TinyFolder.index("..\\\\m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(TinyFolder.index("C:m-2.safetensors"), "the name of a .safetensors file beside"),
        arguments(
            TinyFolder.index("m\\u0000.safetensors"), "the name of a .safetensors file beside"),
        arguments(
            TinyFolder.index("model.safetensors.index.json"), "is 'model.safetensors.index.json'"),
        arguments(TinyFolder.index("m-3.safetensors"), "m-3.safetensors: file is missing"),
        arguments(
            TinyFolder.index("m-1.safetensors"),
            "lm_head.weight is 'm-1.safetensors', which does not"),
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
    tiny.shards(index);
    assertThatThrownBy(() -> HfFolder.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theSameTensorInTwoFilesIsNamed() throws IOException {
    tiny.shards(TinyFolder.index("m-2.safetensors"));
    TinyFolder.weights().write(folder.resolve("m-2.safetensors"));
    assertThatThrownBy(() -> HfFolder.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("here and in m-1.safetensors");
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
    TinyFolder.weights().write(folder.resolve("model.safetensors"));
    int accepted = 0;
    for (int i = 0; i < DAMAGED; i++) {
      var random = new Random(seed + i);
      var pieces = new ArrayList<>(List.of(TinyFolder.CONFIG.strip().split("(?<=[:,])|(?=[:,])")));
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        String nasty = NASTY.get(random.nextInt(NASTY.size()));
        pieces.set(1 + random.nextInt(pieces.size() - 1), nasty);
      }
      tiny.text("config.json", String.join("", pieces));
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
}
