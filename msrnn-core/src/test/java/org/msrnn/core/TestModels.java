package org.msrnn.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.model.DecoderModel.Projection;

/** Small models with random weights, for tests of the machinery. */
public final class TestModels {
  private TestModels() {}

  /** Heads and layers of a test model, and the sliding windows of its layers. */
  public record Shape(
      int layers,
      int queryHeads,
      int kvHeads,
      int headSize,
      int vocabulary,
      List<Integer> windows) {
    /** Two layers, four query heads, two KV heads, an odd vocabulary. */
    public static final Shape SMALL = new Shape(2, 4, 2, 8, 37);

    /** Every layer sees all. */
    public Shape(int layers, int queryHeads, int kvHeads, int headSize, int vocabulary) {
      this(layers, queryHeads, kvHeads, headSize, vocabulary, List.of());
    }

    /** The same with sliding windows, one a layer, 0 for none. */
    public Shape windows(Integer... sizes) {
      return new Shape(layers, queryHeads, kvHeads, headSize, vocabulary, List.of(sizes));
    }
  }

  /** A model whose attention is far from uniform, so that policies differ. */
  public static DecoderModel random(Shape shape, long seed) {
    Random random = new Random(seed);
    int width = 24;
    int ffn = 40;
    int queries = shape.queryHeads * shape.headSize;
    int keys = shape.kvHeads * shape.headSize;
    List<DecoderModel.Layer> layers = new ArrayList<>();
    for (int l = 0; l < shape.layers; l++) {
      layers.add(
          new DecoderModel.Layer(
              new DecoderModel.Attention(
                  norm(random, width),
                  Projection.of(matrix(random, queries, width, 1.2)),
                  Projection.of(matrix(random, keys, width, 1.2)),
                  Projection.of(matrix(random, keys, width, 0.7)),
                  null,
                  null,
                  Rope.of(shape.headSize, 10_000),
                  Projection.of(matrix(random, width, queries, 0.7)),
                  null),
              new DecoderModel.FeedForward(
                  norm(random, width),
                  matrix(random, ffn, width, 0.7),
                  matrix(random, ffn, width, 0.7),
                  matrix(random, width, ffn, 0.7),
                  null)));
    }
    Tensor embedding = matrix(random, shape.vocabulary, width, 4);
    ModelInfo info =
        new ModelInfo(
            "random",
            "llama",
            shape.layers,
            width,
            shape.queryHeads,
            shape.kvHeads,
            shape.headSize,
            ffn,
            shape.vocabulary,
            256,
            shape.windows);
    return new DecoderModel(
        info,
        () -> "digest-" + seed,
        1e-5f,
        Activation.SILU,
        DecoderModel.Scales.plain(shape.headSize),
        embedding,
        layers,
        norm(random, width),
        matrix(random, shape.vocabulary, width, 1));
  }

  /** Random tokens of a model's vocabulary. */
  public static int[] tokens(DecoderModel model, int count, long seed) {
    return new Random(seed).ints(count, 0, model.info().vocabulary()).toArray();
  }

  private static Tensor norm(Random random, int width) {
    float[] numbers = new float[width];
    for (int i = 0; i < width; i++) {
      numbers[i] = 0.5f + random.nextFloat();
    }
    return tensor(1, width, numbers);
  }

  private static Tensor matrix(Random random, int rows, int columns, double gain) {
    float[] numbers = new float[rows * columns];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (random.nextGaussian() * gain / Math.sqrt(columns));
    }
    return tensor(rows, columns, numbers);
  }

  /** A float32 tensor. */
  public static Tensor tensor(int rows, int columns, float... numbers) {
    MemorySegment data = MemorySegment.ofArray(new byte[numbers.length * Float.BYTES]);
    var layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < numbers.length; i++) {
      data.set(layout, 4L * i, numbers[i]);
    }
    return new Tensor("test", TensorType.F32, rows, columns, data);
  }
}
