package org.msrnn.core.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Llama of one layer as a Hugging Face folder, and texts of other files in it. */
final class TinyFolder {
  static final int WIDTH = 8;
  static final int FFN = 12;
  static final int VOCABULARY = 10;
  static final String LAYER = "model.layers.0.";

  static final String CONFIG =
      """
      {"model_type":"llama","hidden_size":8,"intermediate_size":12,"num_hidden_layers":1,
      "num_attention_heads":2,"num_key_value_heads":1,"vocab_size":10,"rms_norm_eps":1e-5,
      "max_position_embeddings":64,"hidden_act":"silu","rope_theta":10000.0,
      "tie_word_embeddings":false,"torch_dtype":"float32","bos_token_id":1,"eos_token_id":2}
      """;

  private final Path folder;

  TinyFolder(Path folder) {
    this.folder = folder;
  }

  /** Number i of a tensor is i. */
  static SafetensorsWriter weights() {
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

  static void put(SafetensorsWriter writer, String name, long... shape) {
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

  void text(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  HfFolder open(String config, SafetensorsWriter weights) throws IOException {
    text("config.json", config);
    weights.write(folder.resolve("model.safetensors"));
    return HfFolder.open(folder);
  }

  static String with(String member) {
    return CONFIG.replace("\"hidden_act\":\"silu\"", "\"hidden_act\":\"silu\"," + member);
  }

  /** The folder's weights in two files. */
  void shards(String index) throws IOException {
    var head = new SafetensorsWriter();
    put(head, "lm_head.weight", VOCABULARY, WIDTH);
    weights().remove("lm_head.weight").write(folder.resolve("m-1.safetensors"));
    head.write(folder.resolve("m-2.safetensors"));
    text("config.json", CONFIG);
    text("model.safetensors.index.json", index);
  }

  static String index(String file) {
    return "{\"metadata\":{\"total_size\":1},\"weight_map\":{\"lm_head.weight\":\""
        + file
        + "\",\"model.norm.weight\":\"m-1.safetensors\"}}";
  }
}
