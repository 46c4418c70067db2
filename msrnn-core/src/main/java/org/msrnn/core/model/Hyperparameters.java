package org.msrnn.core.model;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Activation;
import org.msrnn.core.format.Metadata;
import org.msrnn.core.format.ModelFile;
import org.msrnn.core.format.TensorEntry;
import org.msrnn.core.model.ModelFamily.Trait;

/** Reads and checks the hyperparameters of a family, RoPE apart. */
final class Hyperparameters {
  static final String EMBEDDING = "token_embd.weight";

  private static final int MAX_LAYERS = 1024;
  private static final int MAX_VOCABULARY = 1 << 22;
  static final int MAX_CONTEXT = 1 << 24;
  private static final int MAX_WIDTH = 1 << 20;
  private static final int MAX_HEADS = 1 << 14;
  private static final int MAX_HEAD_SIZE = 1 << 14;
  private static final double MAX_EPSILON = 1;
  private static final double MIN_EPSILON = 1e-20;
  private static final double MIN_FACTOR = 1e-6;
  private static final double MAX_FACTOR = 1e6;

  private static final String EMBEDDING_SCALE = "embedding_scale";
  private static final String RESIDUAL_SCALE = "residual_scale";
  private static final String ATTENTION_SCALE = "attention.scale";
  private static final String LOGIT_SCALE = "logit_scale";
  private static final String ATTENTION_CAP = "attn_logit_softcapping";
  private static final String LOGIT_CAP = "final_logit_softcapping";

  /** Caps of Gemma 2, for files that do not say them. */
  private static final double GEMMA_ATTENTION_CAP = 50;

  private static final double GEMMA_LOGIT_CAP = 30;

  /** What changes the computation in ways that the decoder does not know. */
  private static final List<String> FOREIGN =
      List.of("expert_count", "attention.clamp_kqv", "attention.max_alibi_bias");

  private final ModelFile file;
  private final Metadata metadata;
  private final ModelFamily family;

  Hyperparameters(ModelFile file, ModelFamily family) {
    this.file = file;
    this.metadata = file.metadata();
    this.family = family;
  }

  ModelInfo info() {
    refuseForeign();
    int width = metadata.integer(family.key("embedding_length"), 1, MAX_WIDTH);
    String headCount = family.key("attention.head_count");
    String kvHeadCount = family.key("attention.head_count_kv");
    int heads = metadata.integer(headCount, 1, MAX_HEADS);
    int kvHeads = metadata.integer(kvHeadCount, 1, heads, heads);
    if (heads % kvHeads != 0) {
      throw metadata.fault(kvHeadCount, "a divisor of the " + heads + " query heads");
    }
    int layers = metadata.integer(family.key("block_count"), 1, MAX_LAYERS);
    return new ModelInfo(
        metadata.string("general.name", "unnamed"),
        family.name(),
        layers,
        width,
        heads,
        kvHeads,
        headSize(width, heads),
        metadata.integer(family.key("feed_forward_length"), 1, MAX_WIDTH),
        vocabulary(),
        metadata.integer(family.key("context_length"), 1, MAX_CONTEXT),
        windows(layers));
  }

  float epsilon() {
    return (float)
        metadata.number(family.key("attention.layer_norm_rms_epsilon"), MIN_EPSILON, MAX_EPSILON);
  }

  Activation activation() {
    return family.has(Trait.GELU) ? Activation.GELU_TANH : Activation.SILU;
  }

  DecoderModel.Scales scales(ModelInfo info) {
    boolean caps = family.has(Trait.LOGIT_CAPS);
    return new DecoderModel.Scales(
        family.has(Trait.EMBEDDING_TIMES_ROOT_WIDTH)
            ? (float) Math.sqrt(info.width())
            : (float) factor(EMBEDDING_SCALE, 1),
        (float) factor(RESIDUAL_SCALE, 1),
        (float) factor(ATTENTION_SCALE, 1 / Math.sqrt(queryScale(info))),
        caps ? cap(ATTENTION_CAP, GEMMA_ATTENTION_CAP) : 0,
        (float) (1 / factor(LOGIT_SCALE, 1)),
        caps ? cap(LOGIT_CAP, GEMMA_LOGIT_CAP) : 0);
  }

  private double queryScale(ModelInfo info) {
    return info.layers() == family.wideScaleLayers()
        ? (double) info.width() / info.queryHeads()
        : info.headSize();
  }

  private double factor(String suffix, double fallback) {
    return metadata.number(family.key(suffix), MIN_FACTOR, MAX_FACTOR, fallback);
  }

  /** A cap on logits; 0 is none. */
  private float cap(String suffix, double fallback) {
    return (float) metadata.number(family.key(suffix), 0, MAX_FACTOR, fallback);
  }

  private int headSize(int width, int heads) {
    String headCount = family.key("attention.head_count");
    String keyLength = family.key("attention.key_length");
    String valueLength = family.key("attention.value_length");
    if (!metadata.has(keyLength) && width % heads != 0) {
      throw metadata.fault(headCount, "a divisor of the width " + width + " without " + keyLength);
    }
    int headSize = metadata.integer(keyLength, 1, MAX_HEAD_SIZE, Math.max(1, width / heads));
    if (headSize % 2 != 0) {
      throw metadata.has(keyLength)
          ? metadata.fault(keyLength, "an even number")
          : metadata.fault(headCount, "one that makes heads of even size");
    }
    if (metadata.integer(valueLength, 1, MAX_HEAD_SIZE, headSize) != headSize) {
      throw new UnsupportedModelException(
          metadata.file()
              + ": "
              + valueLength
              + " is "
              + metadata.shown(valueLength)
              + " and the keys have length "
              + headSize
              + ", msrnn runs models where both are the same");
    }
    return headSize;
  }

  /** Rows of the embedding; the vocabulary and its size, where the file names them, must agree. */
  private int vocabulary() {
    TensorEntry embedding =
        file.entry(EMBEDDING)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        file.path(), -1, EMBEDDING, "missing", "a tensor of this name"));
    if (embedding.rows() > MAX_VOCABULARY) {
      throw fault(embedding, embedding.rows() + " rows", "at most " + MAX_VOCABULARY);
    }
    int rows = (int) embedding.rows();
    String size = family.key("vocab_size");
    if (metadata.integer(size, 1, MAX_VOCABULARY, rows) != rows) {
      throw metadata.fault(size, rows + ", the rows of " + EMBEDDING);
    }
    String tokens = "tokenizer.ggml.tokens";
    if (metadata.has(tokens) && metadata.strings(tokens).size() != rows) {
      throw fault(
          embedding,
          rows + " rows",
          metadata.strings(tokens).size() + ", one for each of " + tokens);
    }
    return rows;
  }

  private ModelFileException fault(TensorEntry tensor, String found, String allowed) {
    return new ModelFileException(file.path(), tensor.offset(), tensor.name(), found, allowed);
  }

  /** The sliding window of each layer; empty if no layer has one. */
  private List<Integer> windows(int layers) {
    int size = metadata.integer(family.key("attention.sliding_window"), 0, Integer.MAX_VALUE, 0);
    if (size == 0) {
      return List.of();
    }
    boolean[] sliding =
        pattern("attention.sliding_window_pattern", layers, family.fullEvery(), false);
    List<Integer> windows = new ArrayList<>();
    for (boolean slides : sliding) {
      windows.add(slides ? size : 0);
    }
    return windows;
  }

  /**
   * What is so in which layers: as the file says, by an array or by a period, or else by the
   * family's period.
   *
   * @param every a period, or 0
   * @param last what holds for the last layer of each period, or for no layer if there is none; the
   *     opposite holds for the others
   */
  boolean[] pattern(String suffix, int layers, int every, boolean last) {
    String key = family.key(suffix);
    if (metadata.hasArray(key)) {
      boolean[] pattern = metadata.bools(key);
      if (pattern.length != layers) {
        throw metadata.fault(key, "an array of " + layers + ", one for each layer");
      }
      return pattern;
    }
    int period = metadata.integer(key, 0, MAX_LAYERS, every);
    boolean[] pattern = new boolean[layers];
    for (int l = 0; l < layers; l++) {
      pattern[l] = (period > 0 && (l + 1) % period == 0) == last;
    }
    return pattern;
  }

  private void refuseForeign() {
    List<String> foreign = new ArrayList<>(FOREIGN);
    if (!family.has(Trait.FACTORS)) {
      foreign.addAll(List.of(EMBEDDING_SCALE, RESIDUAL_SCALE, LOGIT_SCALE));
    }
    if (!family.has(Trait.FACTORS) && !family.has(Trait.EMBEDDING_TIMES_ROOT_WIDTH)) {
      foreign.add(ATTENTION_SCALE);
    }
    if (!family.has(Trait.LOGIT_CAPS)) {
      foreign.addAll(List.of(ATTENTION_CAP, LOGIT_CAP));
    }
    for (String suffix : foreign) {
      String key = family.key(suffix);
      if (metadata.number(key, -Double.MAX_VALUE, Double.MAX_VALUE, 0) != 0) {
        throw unsupported(key);
      }
    }
    if (!metadata.bool(family.key("attention.causal"), true)) {
      throw unsupported(family.key("attention.causal"));
    }
  }

  private UnsupportedModelException unsupported(String key) {
    return new UnsupportedModelException(
        metadata.file()
            + ": "
            + key
            + " is "
            + metadata.shown(key)
            + ", which msrnn cannot compute with");
  }
}
