package org.msrnn.core.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;
import org.msrnn.core.format.ModelFile;
import org.msrnn.core.format.RowOrder;
import org.msrnn.core.model.ModelFamily.Trait;

/**
 * From a model file of a family to a decoder: which tensor plays which part. It asks for tensors in
 * the order in which they are uploaded, which is that in which the file reads ahead.
 */
final class DecoderReader {
  private static final String OUTPUT = "output.weight";

  private final ModelFile file;
  private final ModelFamily family;
  private final TensorSource tensors;
  private final Hyperparameters numbers;
  private final ModelInfo info;
  private final RopeReader rope;
  private final RowOrder pairs;

  private DecoderReader(ModelFile file, ModelFamily family, TensorSource tensors) {
    this.file = file;
    this.family = family;
    this.tensors = tensors;
    this.numbers = new Hyperparameters(file, family);
    this.info = numbers.info();
    this.rope = new RopeReader(file.metadata(), family, info);
    this.pairs =
        family.has(Trait.NEIGHBOUR_PAIRS)
            ? halves(info.headSize(), rope.rotated() / 2)
            : RowOrder.OF_FILE;
  }

  /**
   * Checks everything short of the weights: hyperparameters, and presence, shape and number format
   * of every tensor.
   *
   * @return the model in figures
   * @throws org.msrnn.api.ModelFileException if the file contradicts itself
   * @throws org.msrnn.api.UnsupportedModelException if it asks for something msrnn lacks
   */
  static ModelInfo check(ModelFile file, ModelFamily family) {
    var source = new TensorSource.Checking(file);
    ModelInfo info = new DecoderReader(file, family, source).model().info();
    source.refuseOthers();
    return info;
  }

  /** The decoder of a file that has been checked and is being read. */
  static DecoderModel read(ModelFile file, ModelFamily family) {
    return new DecoderReader(file, family, new TensorSource.Reading(file)).model();
  }

  private DecoderModel model() {
    boolean[] bare =
        numbers.pattern("rope.no_rope_layers", info.layers(), family.bareEvery(), true);
    @Nullable Rope[] ropes = rope.ropes(bare, tensors);
    Tensor embedding = matrix(Hyperparameters.EMBEDDING, info.vocabulary(), info.width());
    List<DecoderModel.Layer> layers = new ArrayList<>(info.layers());
    for (int l = 0; l < info.layers(); l++) {
      String block = "blk." + l + ".";
      layers.add(
          new DecoderModel.Layer(
              family.has(Trait.FUSED) ? fused(block, ropes[l]) : attention(block, ropes[l]),
              feedForward(block)));
    }
    return new DecoderModel(
        info,
        file.digest(),
        numbers.epsilon(),
        numbers.activation(),
        numbers.scales(info),
        embedding,
        List.copyOf(layers),
        matrix("output_norm.weight", 1, info.width()),
        tensors.has(OUTPUT) ? matrix(OUTPUT, info.vocabulary(), info.width()) : embedding);
  }

  private int queryWidth() {
    return Math.multiplyExact(info.queryHeads(), info.headSize());
  }

  private int kvWidth() {
    return Math.multiplyExact(info.kvHeads(), info.headSize());
  }

  private DecoderModel.Attention attention(String block, @Nullable Rope of) {
    return attention(
        block,
        norm(Trait.PRE_NORMS, block + "attn_norm"),
        projection(block + "attn_q", queryWidth(), info.width(), pairs),
        projection(block + "attn_k", kvWidth(), info.width(), pairs),
        projection(block + "attn_v", kvWidth(), info.width(), RowOrder.OF_FILE),
        of);
  }

  /** Queries, keys and values are one tensor, in this order. */
  private DecoderModel.Attention fused(String block, @Nullable Rope of) {
    Tensor norm = norm(Trait.PRE_NORMS, block + "attn_norm");
    Tensor all = matrix(block + "attn_qkv.weight", queryWidth() + 2 * kvWidth(), info.width());
    return attention(
        block,
        norm,
        DecoderModel.Projection.of(all.rows(0, queryWidth())),
        DecoderModel.Projection.of(all.rows(queryWidth(), kvWidth())),
        DecoderModel.Projection.of(all.rows(queryWidth() + kvWidth(), kvWidth())),
        of);
  }

  private DecoderModel.Attention attention(
      String block,
      @Nullable Tensor norm,
      DecoderModel.Projection query,
      DecoderModel.Projection key,
      DecoderModel.Projection value,
      @Nullable Rope of) {
    return new DecoderModel.Attention(
        norm,
        query,
        key,
        value,
        innerNorm(block + "attn_q_norm.weight", queryWidth()),
        innerNorm(block + "attn_k_norm.weight", kvWidth()),
        of,
        projection(block + "attn_output", info.width(), queryWidth(), RowOrder.OF_FILE),
        norm(Trait.POST_NORMS, block + "post_attention_norm"));
  }

  private DecoderModel.FeedForward feedForward(String block) {
    int inner = info.ffnWidth();
    Tensor norm = norm(Trait.PRE_NORMS, block + "ffn_norm");
    Tensor gate;
    Tensor up;
    if (family.has(Trait.FUSED)) {
      Tensor both = matrix(block + "ffn_up.weight", Math.multiplyExact(2, inner), info.width());
      gate = both.rows(0, inner);
      up = both.rows(inner, inner);
    } else {
      gate = matrix(block + "ffn_gate.weight", inner, info.width());
      up = matrix(block + "ffn_up.weight", inner, info.width());
    }
    return new DecoderModel.FeedForward(
        norm,
        gate,
        up,
        matrix(block + "ffn_down.weight", info.width(), inner),
        norm(Trait.POST_NORMS, block + "post_ffw_norm"));
  }

  private Tensor matrix(String name, int rows, int columns) {
    return tensors.matrix(name, rows, columns, RowOrder.OF_FILE);
  }

  private DecoderModel.Projection projection(String name, int rows, int columns, RowOrder order) {
    String bias = name + ".bias";
    return new DecoderModel.Projection(
        tensors.matrix(name + ".weight", rows, columns, order),
        tensors.has(bias) ? biasOf(bias, rows, order) : null);
  }

  /** A bias in the order of the rows that it belongs to. */
  private Tensor biasOf(String name, int size, RowOrder order) {
    float[] file = tensors.vector(name, size);
    float[] ordered = new float[size];
    for (int i = 0; i < size; i++) {
      ordered[i] = file[(int) order.rowOfFile(i)];
    }
    return Tensor.of(name, ordered);
  }

  private @Nullable Tensor norm(Trait where, String name) {
    return family.has(where) ? matrix(name + ".weight", 1, info.width()) : null;
  }

  /** A norm of queries or keys. */
  private @Nullable Tensor innerNorm(String name, int all) {
    if (family.has(Trait.HEAD_NORMS)) {
      return matrix(name, 1, info.headSize());
    }
    return family.has(Trait.ROW_NORMS) ? matrix(name, 1, all) : null;
  }

  /** Puts pairs (2 i, 2 i + 1) of the first rows of every head at i and i + pairs. */
  private static RowOrder halves(int headSize, int pairs) {
    return row -> {
      long i = row % headSize;
      long first = row - i;
      return i >= 2L * pairs ? row : first + (i < pairs ? 2 * i : 2 * (i - pairs) + 1);
    };
  }
}
