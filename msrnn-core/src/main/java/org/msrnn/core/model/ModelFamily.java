package org.msrnn.core.model;

import static org.msrnn.core.model.ModelFamily.Trait.EMBEDDING_TIMES_ROOT_WIDTH;
import static org.msrnn.core.model.ModelFamily.Trait.FACTORS;
import static org.msrnn.core.model.ModelFamily.Trait.FUSED;
import static org.msrnn.core.model.ModelFamily.Trait.GELU;
import static org.msrnn.core.model.ModelFamily.Trait.HEAD_NORMS;
import static org.msrnn.core.model.ModelFamily.Trait.LOGIT_CAPS;
import static org.msrnn.core.model.ModelFamily.Trait.NEIGHBOUR_PAIRS;
import static org.msrnn.core.model.ModelFamily.Trait.POST_NORMS;
import static org.msrnn.core.model.ModelFamily.Trait.PRE_NORMS;
import static org.msrnn.core.model.ModelFamily.Trait.ROW_NORMS;

import java.util.List;
import java.util.Set;

/**
 * A decoder architecture as data: which parts make it up, beyond what all have in common (RMSNorm,
 * grouped-query attention with RoPE, a gated feed-forward network, no biases unless the file has
 * them). Names and defaults are those of GGUF files.
 *
 * @param name the architecture in the file's own word, {@code general.architecture}
 * @param traits what it has of its own
 * @param fullEvery where layers have a sliding window: every how many-th sees all, 0 for none; a
 *     file that says it layer by layer is believed
 * @param bareEvery every how many-th layer has no RoPE, 0 for none; the same holds
 * @param localBase RoPE base of layers with a sliding window, 0 for that of all layers
 * @param wideScaleLayers layers of the one size whose queries are scaled by the square root of
 *     width / heads in place of that of the head size, which files do not say; 0 for none
 */
record ModelFamily(
    String name,
    Set<Trait> traits,
    int fullEvery,
    int bareEvery,
    double localBase,
    int wideScaleLayers) {

  /** What not all families have. */
  enum Trait {
    /** Rows of query and key hold the two numbers of a RoPE pair next to each other. */
    NEIGHBOUR_PAIRS,
    /** Norms of what goes into a block. */
    PRE_NORMS,
    /** Norms of what comes out of a block. */
    POST_NORMS,
    /** Norms of every head of queries and keys. */
    HEAD_NORMS,
    /** Norms of all heads of queries together, and of keys. */
    ROW_NORMS,
    /** Query, key and value are one tensor, gate and up another. */
    FUSED,
    /** GELU in place of SiLU. */
    GELU,
    /** Embeddings are multiplied by the square root of the width. */
    EMBEDDING_TIMES_ROOT_WIDTH,
    /** Factors on embeddings, residuals, attention and logits. */
    FACTORS,
    /** Caps on logits of attention and output. */
    LOGIT_CAPS
  }

  /**
   * Every family that msrnn knows. A new one is a line here, and a trait if it brings a part that
   * the decoder lacks.
   *
   * <p>Sources: Llama arXiv 2302.13971, 2307.09288, 2407.21783, and Mistral 2310.06825, whose files
   * say llama; Qwen2 2407.10671; Qwen3 2505.09388; Gemma 2 2408.00118; Gemma 3 2503.19786; Phi-3
   * 2404.14219; OLMo 2 2501.00656; SmolLM3 and Granite their model cards.
   */
  static final List<ModelFamily> ALL =
      List.of(
          of("llama", NEIGHBOUR_PAIRS, PRE_NORMS),
          of("qwen2", PRE_NORMS),
          of("qwen3", PRE_NORMS, HEAD_NORMS),
          new ModelFamily(
              "gemma2",
              Set.of(PRE_NORMS, POST_NORMS, GELU, EMBEDDING_TIMES_ROOT_WIDTH, LOGIT_CAPS),
              2,
              0,
              0,
              46),
          new ModelFamily(
              "gemma3",
              Set.of(PRE_NORMS, POST_NORMS, HEAD_NORMS, GELU, EMBEDDING_TIMES_ROOT_WIDTH),
              6,
              0,
              10_000,
              62),
          of("phi3", PRE_NORMS, FUSED),
          new ModelFamily("smollm3", Set.of(NEIGHBOUR_PAIRS, PRE_NORMS), 0, 4, 0, 0),
          of("olmo2", POST_NORMS, ROW_NORMS),
          of("granite", NEIGHBOUR_PAIRS, PRE_NORMS, FACTORS));

  private static ModelFamily of(String name, Trait... traits) {
    return new ModelFamily(name, Set.of(traits), 0, 0, 0, 0);
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** A metadata key of the family. */
  String key(String suffix) {
    return name + "." + suffix;
  }
}
