package org.msrnn.core.format;

import java.nio.file.Path;
import java.util.Map;

/** The numbers of a {@code config.json} under GGUF's keys. */
final class HfMetadata {
  private static final int MAX_LAYERS = 1024;
  private static final int MAX_WIDTH = 1 << 20;
  private static final int MAX_HEADS = 1 << 14;
  private static final int MAX_VOCABULARY = 1 << 22;
  static final int MAX_CONTEXT = 1 << 24;

  /** Members that change the computation in ways that msrnn does not know, unless absent. */
  private static final String[] FOREIGN = {
    "quantization_config", "num_local_experts", "num_experts", "clip_qkv"
  };

  private final HfConfig config;
  private final HfArchitecture architecture;
  private final GgufKeys keys;

  private HfMetadata(HfConfig config, HfArchitecture architecture, GgufKeys keys) {
    this.config = config;
    this.architecture = architecture;
    this.keys = keys;
  }

  /**
   * Puts the keys of a model.
   *
   * @param folder whose name becomes the model's
   * @return the tensors that GGUF has beyond those of the weights' files, by name
   */
  static Map<String, float[]> put(
      Path folder, HfConfig config, HfArchitecture architecture, GgufKeys keys) {
    var metadata = new HfMetadata(config, architecture, keys);
    metadata.refuse();
    keys.text("general.architecture", architecture.gguf());
    Path name = folder.toAbsolutePath().normalize().getFileName();
    keys.text("general.name", name == null ? "unnamed" : name.toString());
    int headSize = metadata.sizes();
    metadata.scales();
    HfLayers.put(config, architecture, layers(config), keys);
    return HfRope.put(config, architecture, headSize, keys);
  }

  static int layers(HfConfig config) {
    return config.count("num_hidden_layers", MAX_LAYERS);
  }

  static int heads(HfConfig config, HfArchitecture architecture) {
    return architecture == HfArchitecture.GEMMA3
        ? config.count("num_attention_heads", MAX_HEADS, 8)
        : config.count("num_attention_heads", MAX_HEADS);
  }

  static int kvHeads(HfConfig config, HfArchitecture architecture) {
    int fallback = architecture.gemma() ? 4 : heads(config, architecture);
    return config.count("num_key_value_heads", MAX_HEADS, fallback);
  }

  private void refuse() {
    for (String name : FOREIGN) {
      if (config.has(name)) {
        throw config.unsupported(name, "models without it");
      }
    }
    if (config.flag("use_bidirectional_attention", false)) {
      throw config.unsupported("use_bidirectional_attention", "false");
    }
    String act = architecture.gemma() ? "hidden_activation" : "hidden_act";
    String known = architecture.gemma() ? "gelu_pytorch_tanh" : "silu";
    if (!config.text(act).orElse(known).equals(known)) {
      throw config.unsupported(act, known + " for models of this kind");
    }
  }

  private int sizes() {
    boolean gemma3 = architecture == HfArchitecture.GEMMA3;
    int width = config.count("hidden_size", MAX_WIDTH);
    int heads = heads(config, architecture);
    int kvHeads = kvHeads(config, architecture);
    if (heads % kvHeads != 0) {
      throw config.fault("num_key_value_heads", "a divisor of the " + heads + " query heads");
    }
    put("block_count", layers(config));
    put(
        "context_length",
        gemma3
            ? config.count("max_position_embeddings", MAX_CONTEXT, 131_072)
            : config.count("max_position_embeddings", MAX_CONTEXT));
    put("embedding_length", width);
    put("feed_forward_length", config.count("intermediate_size", MAX_WIDTH));
    put("attention.head_count", heads);
    put("attention.head_count_kv", kvHeads);
    int headSize = headSize(width, heads);
    put("attention.key_length", headSize);
    put("attention.value_length", headSize);
    put(
        "vocab_size",
        gemma3
            ? config.count("vocab_size", MAX_VOCABULARY, 262_208)
            : config.count("vocab_size", MAX_VOCABULARY));
    return headSize;
  }

  private int headSize(int width, int heads) {
    if (!config.has("head_dim") && architecture.headSize() == 0 && width % heads != 0) {
      throw config.fault("num_attention_heads", "a divisor of the width " + width);
    }
    int fallback = architecture.headSize() == 0 ? width / heads : architecture.headSize();
    return config.count("head_dim", MAX_HEADS, fallback);
  }

  private void scales() {
    String epsilon = "rms_norm_eps";
    put(
        "attention.layer_norm_rms_epsilon",
        architecture.gemma() ? config.number(epsilon, 1e-6) : config.number(epsilon));
    if (architecture.gemma()) {
      double scalar = config.number("query_pre_attn_scalar", 256);
      put("attention.scale", 1 / Math.sqrt(scalar));
      boolean second = architecture == HfArchitecture.GEMMA2;
      softCap("attn_logit_softcapping", second, 50);
      softCap("final_logit_softcapping", second, 30);
    }
    if (architecture == HfArchitecture.GRANITE) {
      put("attention.scale", config.number("attention_multiplier", 1));
      put("embedding_scale", config.number("embedding_multiplier", 1));
      put("residual_scale", config.number("residual_multiplier", 1));
      put("logit_scale", config.number("logits_scaling", 1));
    }
  }

  /**
   * A soft cap; null means none, which is written as 0 where a missing key would mean a cap.
   *
   * @param usual whether models of this kind have one where the config does not mention it
   */
  private void softCap(String name, boolean usual, double value) {
    double cap = config.number(name, usual && !config.mentions(name) ? value : 0);
    if (usual || cap > 0) {
      put(name, cap);
    }
  }

  private void put(String name, int count) {
    keys.count(architecture.gguf() + "." + name, count);
  }

  private void put(String name, double number) {
    keys.real(architecture.gguf() + "." + name, number);
  }
}
