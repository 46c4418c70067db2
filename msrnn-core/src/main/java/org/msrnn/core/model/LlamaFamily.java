package org.msrnn.core.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;
import org.msrnn.core.format.Metadata;
import org.msrnn.core.format.ModelFile;
import org.msrnn.core.format.RowOrder;
import org.msrnn.core.format.TensorEntry;

/**
 * Llama (arXiv 2302.13971, 2307.09288, 2407.21783) and the models that share its layer: RMSNorm,
 * grouped-query attention with RoPE, SwiGLU, no biases. RoPE unscaled, with linear scaling, or with
 * the frequency factors of Llama 3.1 ({@code rope_freqs.weight}).
 *
 * <p>A GGUF file of this family keeps the rows of query and key with the two numbers of a RoPE pair
 * next to each other; they are put in the order of {@link Rope} here.
 */
final class LlamaFamily implements ModelFamily {
  private static final int MAX_LAYERS = 1024;
  private static final int MAX_VOCABULARY = 1 << 22;
  private static final int MAX_CONTEXT = 1 << 24;
  private static final int MAX_WIDTH = 1 << 20;
  private static final int MAX_HEADS = 1 << 14;
  private static final int MAX_HEAD_SIZE = 1 << 14;

  private static final double MAX_EPSILON = 1;
  private static final double MIN_EPSILON = 1e-20;
  private static final double MAX_BASE = 1e15;
  private static final double MAX_SCALE = 1e6;
  private static final double MIN_FACTOR = 1e-6;

  private static final String EMBEDDING = "token_embd.weight";
  private static final String OUTPUT = "output.weight";
  private static final String OUTPUT_NORM = "output_norm.weight";
  private static final String ROPE_FACTORS = "rope_freqs.weight";

  /** Hyperparameters that change the computation in ways that the decoder does not know. */
  private static final List<String> FOREIGN =
      List.of(
          "expert_count",
          "logit_scale",
          "embedding_scale",
          "residual_scale",
          "attention.scale",
          "attention.clamp_kqv",
          "attention.max_alibi_bias",
          "attn_logit_softcapping",
          "final_logit_softcapping");

  /** Everything but the weights. */
  private record Plan(ModelInfo info, float epsilon, Rope rope, boolean tied) {}

  private record Size(int rows, int columns) {}

  @Override
  public String name() {
    return "llama";
  }

  @Override
  public ModelInfo check(ModelFile file) {
    return plan(file).info();
  }

  @Override
  public DecoderModel read(ModelFile file) {
    Plan plan = plan(file);
    ModelInfo info = plan.info();
    RowOrder halves = halfSplit(info.headSize(), plan.rope().pairs());
    var layers = new ArrayList<DecoderModel.Layer>(info.layers());
    for (int l = 0; l < info.layers(); l++) {
      String block = "blk." + l + ".";
      layers.add(
          new DecoderModel.Layer(
              file.tensor(block + "attn_norm.weight"),
              file.tensor(block + "attn_q.weight", halves),
              file.tensor(block + "attn_k.weight", halves),
              file.tensor(block + "attn_v.weight"),
              file.tensor(block + "attn_output.weight"),
              file.tensor(block + "ffn_norm.weight"),
              file.tensor(block + "ffn_gate.weight"),
              file.tensor(block + "ffn_up.weight"),
              file.tensor(block + "ffn_down.weight")));
    }
    Tensor embedding = file.tensor(EMBEDDING);
    return new DecoderModel(
        info,
        plan.epsilon(),
        Activation.SILU,
        withFactors(plan.rope(), file),
        embedding,
        List.copyOf(layers),
        file.tensor(OUTPUT_NORM),
        plan.tied() ? embedding : file.tensor(OUTPUT));
  }

  private Plan plan(ModelFile file) {
    Metadata metadata = file.metadata();
    ModelInfo info = info(file);
    refuseForeign(metadata, info);
    Rope rope = rope(metadata, info);
    boolean tied = !file.tensorNames().contains(OUTPUT);
    checkTensors(file, sizes(info, tied, rope, file));
    float epsilon =
        (float) metadata.number(key("attention.layer_norm_rms_epsilon"), MIN_EPSILON, MAX_EPSILON);
    return new Plan(info, epsilon, rope, tied);
  }

  private ModelInfo info(ModelFile file) {
    Metadata metadata = file.metadata();
    int width = metadata.integer(key("embedding_length"), 1, MAX_WIDTH);
    int heads = metadata.integer(key("attention.head_count"), 1, MAX_HEADS);
    int kvHeads = metadata.integer(key("attention.head_count_kv"), 1, heads, heads);
    if (heads % kvHeads != 0) {
      throw metadata.fault(
          key("attention.head_count_kv"), "a divisor of the " + heads + " query heads");
    }
    return new ModelInfo(
        metadata.string("general.name", "unnamed"),
        name(),
        "",
        metadata.integer(key("block_count"), 1, MAX_LAYERS),
        width,
        heads,
        kvHeads,
        headSize(metadata, width, heads),
        metadata.integer(key("feed_forward_length"), 1, MAX_WIDTH),
        vocabulary(file),
        metadata.integer(key("context_length"), 1, MAX_CONTEXT));
  }

  private int headSize(Metadata metadata, int width, int heads) {
    String keyLength = key("attention.key_length");
    String valueLength = key("attention.value_length");
    if (!metadata.has(keyLength) && width % heads != 0) {
      throw metadata.fault(
          key("attention.head_count"), "a divisor of the width " + width + " without " + keyLength);
    }
    int headSize = metadata.integer(keyLength, 1, MAX_HEAD_SIZE, Math.max(1, width / heads));
    if (headSize % 2 != 0) {
      throw metadata.has(keyLength)
          ? metadata.fault(keyLength, "an even number")
          : metadata.fault(key("attention.head_count"), "one that makes heads of even size");
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
  private int vocabulary(ModelFile file) {
    TensorEntry embedding = file.entry(EMBEDDING).orElseThrow(() -> missing(file, EMBEDDING));
    if (embedding.rows() > MAX_VOCABULARY) {
      throw fault(file, embedding, embedding.rows() + " rows", "at most " + MAX_VOCABULARY);
    }
    int rows = (int) embedding.rows();
    Metadata metadata = file.metadata();
    String size = key("vocab_size");
    if (metadata.integer(size, 1, MAX_VOCABULARY, rows) != rows) {
      throw metadata.fault(size, rows + ", the rows of " + EMBEDDING);
    }
    String tokens = "tokenizer.ggml.tokens";
    if (metadata.has(tokens) && metadata.strings(tokens).size() != rows) {
      throw fault(
          file,
          embedding,
          rows + " rows",
          metadata.strings(tokens).size() + ", one for each of " + tokens);
    }
    return rows;
  }

  private void refuseForeign(Metadata metadata, ModelInfo info) {
    for (String suffix : FOREIGN) {
      String key = key(suffix);
      if (metadata.number(key, -Double.MAX_VALUE, Double.MAX_VALUE, 0) != 0) {
        throw unsupported(metadata, key);
      }
    }
    if (!metadata.bool(key("attention.causal"), true)) {
      throw unsupported(metadata, key("attention.causal"));
    }
    String window = key("attention.sliding_window");
    int size = metadata.integer(window, 0, Integer.MAX_VALUE, 0);
    if (size > 0 && size < info.context()) {
      throw unsupported(metadata, window);
    }
  }

  private Rope rope(Metadata metadata, ModelInfo info) {
    String dimensions = key("rope.dimension_count");
    int rotated = metadata.integer(dimensions, 2, info.headSize(), info.headSize());
    if (rotated % 2 != 0) {
      throw metadata.fault(dimensions, "an even number");
    }
    Rope plain = Rope.of(rotated, metadata.number(key("rope.freq_base"), 1, MAX_BASE, 10_000));
    String kind = key("rope.scaling.type");
    String factor = key("rope.scaling.factor");
    // The name of the factor in older files, which had linear scaling alone.
    String scale = key("rope.scale_linear");
    return switch (metadata.string(kind, metadata.has(scale) ? "linear" : "none")) {
      case "none" -> plain;
      case "linear" ->
          slower(plain, metadata.number(metadata.has(factor) ? factor : scale, 1, MAX_SCALE));
      default ->
          throw new UnsupportedModelException(
              metadata.file()
                  + ": "
                  + kind
                  + " is "
                  + metadata.shown(kind)
                  + ", msrnn has none and linear");
    };
  }

  /** Linear scaling (arXiv 2306.15595): positions, and so angles, shrink by a factor. */
  private static Rope slower(Rope rope, double factor) {
    double[] frequencies = new double[rope.pairs()];
    Arrays.setAll(frequencies, i -> rope.frequency(i) / factor);
    return new Rope(frequencies, rope.magnitude());
  }

  /** Llama 3.1's scaling, which a GGUF file holds as a divisor for each frequency. */
  private static Rope withFactors(Rope rope, ModelFile file) {
    if (!file.tensorNames().contains(ROPE_FACTORS)) {
      return rope;
    }
    float[] factors = new float[rope.pairs()];
    file.tensor(ROPE_FACTORS).decodeRow(0, factors, 0);
    double[] frequencies = new double[factors.length];
    for (int i = 0; i < frequencies.length; i++) {
      // Written so that NaN is refused too.
      if (!(factors[i] >= MIN_FACTOR && factors[i] <= MAX_SCALE)) {
        throw new ModelFileException(
            file.path(),
            -1,
            ROPE_FACTORS + "[" + i + "]",
            Float.toString(factors[i]),
            "from " + MIN_FACTOR + " to " + MAX_SCALE);
      }
      frequencies[i] = rope.frequency(i) / factors[i];
    }
    return new Rope(frequencies, rope.magnitude());
  }

  /** Every tensor that there must be, with its size. */
  private static Map<String, Size> sizes(ModelInfo info, boolean tied, Rope rope, ModelFile file) {
    int width = info.width();
    Size norm = new Size(1, width);
    Size query = new Size(Math.multiplyExact(info.queryHeads(), info.headSize()), width);
    Size key = new Size(Math.multiplyExact(info.kvHeads(), info.headSize()), width);
    Size up = new Size(info.ffnWidth(), width);
    var sizes = new LinkedHashMap<String, Size>();
    sizes.put(EMBEDDING, new Size(info.vocabulary(), width));
    for (int l = 0; l < info.layers(); l++) {
      String block = "blk." + l + ".";
      sizes.put(block + "attn_norm.weight", norm);
      sizes.put(block + "attn_q.weight", query);
      sizes.put(block + "attn_k.weight", key);
      sizes.put(block + "attn_v.weight", key);
      sizes.put(block + "attn_output.weight", new Size(width, query.rows()));
      sizes.put(block + "ffn_norm.weight", norm);
      sizes.put(block + "ffn_gate.weight", up);
      sizes.put(block + "ffn_up.weight", up);
      sizes.put(block + "ffn_down.weight", new Size(width, info.ffnWidth()));
    }
    sizes.put(OUTPUT_NORM, norm);
    if (!tied) {
      sizes.put(OUTPUT, new Size(info.vocabulary(), width));
    }
    if (file.tensorNames().contains(ROPE_FACTORS)) {
      sizes.put(ROPE_FACTORS, new Size(1, rope.pairs()));
    }
    return sizes;
  }

  private static void checkTensors(ModelFile file, Map<String, Size> sizes) {
    sizes.forEach(
        (name, size) -> {
          TensorEntry entry = file.entry(name).orElseThrow(() -> missing(file, name));
          if (entry.rows() != size.rows() || entry.columns() != size.columns()) {
            throw fault(
                file,
                entry,
                entry.rows() + " x " + entry.columns(),
                size.rows() + " x " + size.columns());
          }
          entry.requireReadable(file.path());
        });
    for (String name : file.tensorNames()) {
      // What is not read is not harmless: a bias left out gives a wrong model, not an error.
      if (!sizes.containsKey(name)) {
        throw new UnsupportedModelException(
            file.path()
                + " has the tensor "
                + name
                + ", which a model of this family does not have");
      }
    }
  }

  /** Puts pairs (2 i, 2 i + 1) of the first rows of every head at i and i + pairs. */
  private static RowOrder halfSplit(int headSize, int pairs) {
    return row -> {
      long i = row % headSize;
      long first = row - i;
      return i >= 2L * pairs ? row : first + (i < pairs ? 2 * i : 2 * (i - pairs) + 1);
    };
  }

  private String key(String suffix) {
    return name() + "." + suffix;
  }

  private static UnsupportedModelException unsupported(Metadata metadata, String key) {
    return new UnsupportedModelException(
        metadata.file()
            + ": "
            + key
            + " is "
            + metadata.shown(key)
            + ", which msrnn cannot compute with");
  }

  private static ModelFileException missing(ModelFile file, String tensor) {
    return new ModelFileException(file.path(), -1, tensor, "missing", "a tensor of this name");
  }

  private static ModelFileException fault(
      ModelFile file, TensorEntry tensor, String found, String allowed) {
    return new ModelFileException(file.path(), tensor.offset(), tensor.name(), found, allowed);
  }
}
