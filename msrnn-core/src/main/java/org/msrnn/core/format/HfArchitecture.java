package org.msrnn.core.format;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What differs between the kinds of models in Hugging Face folders: the values that {@code
 * config.json} leaves out, and what the conversion to GGUF does to tensors. Defaults are those of
 * the configuration classes of transformers.
 */
enum HfArchitecture {
  LLAMA("llama", "llama", true),
  MISTRAL("mistral", "llama", true),
  QWEN2("qwen2", "qwen2", false),
  QWEN3("qwen3", "qwen3", false) {
    @Override
    int headSize() {
      return 128;
    }
  },
  GEMMA2("gemma2", "gemma2", false) {
    @Override
    boolean gemma() {
      return true;
    }

    @Override
    int headSize() {
      return 256;
    }
  },
  GEMMA3("gemma3_text", "gemma3", false) {
    @Override
    boolean gemma() {
      return true;
    }

    @Override
    int headSize() {
      return 256;
    }

    @Override
    double ropeTheta() {
      return 1e6;
    }
  },
  PHI3("phi3", "phi3", false),
  SMOLLM3("smollm3", "smollm3", true) {
    @Override
    double ropeTheta() {
      return 2e6;
    }

    @Override
    boolean tied() {
      return true;
    }
  },
  OLMO2("olmo2", "olmo2", false),
  GRANITE("granite", "granite", true);

  private final String modelType;
  private final String gguf;
  private final boolean pairsTogether;

  HfArchitecture(String modelType, String gguf, boolean pairsTogether) {
    this.modelType = modelType;
    this.gguf = gguf;
    this.pairsTogether = pairsTogether;
  }

  /** The one that {@code model_type} names. */
  static HfArchitecture of(HfConfig config) {
    String found = config.text("model_type").orElse("");
    for (HfArchitecture architecture : values()) {
      if (architecture.modelType.equals(found)) {
        return architecture;
      }
    }
    throw config.unsupported(
        "model_type",
        Arrays.stream(values()).map(a -> a.modelType).collect(Collectors.joining(", ")));
  }

  /** {@code general.architecture} in GGUF. */
  String gguf() {
    return gguf;
  }

  /** Whether GGUF has the two rows of a RoPE pair of query and key next to each other. */
  boolean pairsTogether() {
    return pairsTogether;
  }

  /**
   * Whether it is a Gemma: GELU, norms in the file less one, embeddings tied, a scale of the
   * attention of its own.
   */
  boolean gemma() {
    return false;
  }

  /**
   * Whether the norm of the feed-forward is called {@code pre_feedforward_layernorm}, or absent.
   */
  boolean normsAfter() {
    return gemma() || this == OLMO2;
  }

  /** Size of a head where {@code head_dim} is absent, or 0: width / heads. */
  int headSize() {
    return 0;
  }

  /** Base of RoPE where {@code rope_theta} is absent. */
  double ropeTheta() {
    return 1e4;
  }

  /** Whether embeddings are tied where {@code tie_word_embeddings} is absent. */
  boolean tied() {
    return gemma();
  }
}
