package org.msrnn.core.synthetic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.format.TensorEntry;
import org.msrnn.core.model.DecoderModel;

/**
 * A model of random weights in memory, the same in every run: normal with deviation 0.02, norms 1.
 *
 * <p>Matrices with rows of one length are the same 256 rows over and over, and share one stretch of
 * memory that is as long as the longest of them. So a model takes little memory before it is on a
 * backend.
 */
public final class RandomModel implements AutoCloseable {
  private static final int POOL_ROWS = 256;
  private static final double DEVIATION = 0.02;
  private static final long SEED = 1;
  static final float EPSILON = 1e-5f;
  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final DecoderModel model;

  /**
   * Makes a model.
   *
   * @param type number format of all matrices, one of {@link TensorEncoder#TYPES}
   * @throws org.msrnn.api.InvalidOptionException if a row of a matrix is no multiple of its block
   * @throws MsrnnException if there is not memory enough
   */
  public RandomModel(ModelShape shape, TensorType type) {
    List<TensorEntry> entries = shape.tensors(type);
    try {
      Map<Integer, MemorySegment> rows = rows(entries, type);
      for (TensorEntry e : entries) {
        tensors.put(e.name(), e.shape().size() == 1 ? ones(e) : matrix(e, rows, type));
      }
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new MsrnnException("no memory for the random weights of " + shape.name(), e);
    }
    model = model(shape, type, tensors);
  }

  /** The decoder. Its tensors are gone after {@link #close}. */
  public DecoderModel model() {
    return model;
  }

  /** A tensor by its name in files; gone after {@link #close}, too. */
  Tensor tensor(String name) {
    return get(tensors, name);
  }

  /** For each length of rows that matrices have, as many rows as the longest of them needs. */
  private Map<Integer, MemorySegment> rows(List<TensorEntry> entries, TensorType type) {
    Map<Integer, Long> bytes = new HashMap<>();
    for (TensorEntry e : entries) {
      if (e.shape().size() > 1) {
        bytes.merge((int) e.columns(), e.bytes(), Math::max);
      }
    }
    Map<Integer, MemorySegment> rows = new HashMap<>();
    bytes.forEach((columns, most) -> rows.put(columns, repeated(pool(columns, type), most)));
    return rows;
  }

  private static byte[] pool(int columns, TensorType type) {
    var random = new Random(SEED);
    float[] row = new float[columns];
    byte[] pool = new byte[Math.toIntExact(type.bytes((long) POOL_ROWS * columns))];
    int rowBytes = pool.length / POOL_ROWS;
    for (int r = 0; r < POOL_ROWS; r++) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) (random.nextGaussian() * DEVIATION);
      }
      TensorEncoder.encode(
          type, row, MemorySegment.ofArray(pool).asSlice((long) r * rowBytes, rowBytes));
    }
    return pool;
  }

  private MemorySegment repeated(byte[] pool, long bytes) {
    MemorySegment all = arena.allocate(bytes, ALIGNMENT);
    for (long at = 0; at < bytes; at += pool.length) {
      long count = Math.min(pool.length, bytes - at);
      MemorySegment.copy(MemorySegment.ofArray(pool), 0, all, at, count);
    }
    return all.asReadOnly();
  }

  private static Tensor matrix(TensorEntry e, Map<Integer, MemorySegment> rows, TensorType type) {
    int columns = (int) e.columns();
    MemorySegment data = Objects.requireNonNull(rows.get(columns)).asSlice(0, e.bytes());
    return new Tensor(e.name(), type, (int) e.rows(), columns, data);
  }

  private static Tensor ones(TensorEntry e) {
    float[] ones = new float[(int) e.columns()];
    Arrays.fill(ones, 1);
    return Tensor.of(e.name(), ones);
  }

  private static DecoderModel model(
      ModelShape shape, TensorType type, Map<String, Tensor> tensors) {
    Rope rope = Rope.of(shape.headSize(), shape.ropeBase());
    List<DecoderModel.Layer> layers = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      String block = "blk." + l + ".";
      layers.add(
          new DecoderModel.Layer(
              new DecoderModel.Attention(
                  get(tensors, block + "attn_norm.weight"),
                  DecoderModel.Projection.of(get(tensors, block + "attn_q.weight")),
                  DecoderModel.Projection.of(get(tensors, block + "attn_k.weight")),
                  DecoderModel.Projection.of(get(tensors, block + "attn_v.weight")),
                  null,
                  null,
                  rope,
                  DecoderModel.Projection.of(get(tensors, block + "attn_output.weight")),
                  null),
              new DecoderModel.FeedForward(
                  get(tensors, block + "ffn_norm.weight"),
                  get(tensors, block + "ffn_gate.weight"),
                  get(tensors, block + "ffn_up.weight"),
                  get(tensors, block + "ffn_down.weight"),
                  null)));
    }
    return new DecoderModel(
        shape.info(),
        () -> "random " + shape.name() + " " + type,
        EPSILON,
        Activation.SILU,
        DecoderModel.Scales.plain(shape.headSize()),
        get(tensors, "token_embd.weight"),
        List.copyOf(layers),
        get(tensors, "output_norm.weight"),
        get(tensors, shape.tied() ? "token_embd.weight" : "output.weight"));
  }

  private static Tensor get(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  @Override
  public void close() {
    arena.close();
  }
}
