package org.msrnn.backend.opencl;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/** Products with weights ({@code matrix.cl}), and rows of embedding tables. */
final class MatrixKernels {
  private static final String FILE = "matrix.cl";

  /** Tokens for which kernels are made that read each weight once. */
  private static final int[] FEW = {1, 4, 8};

  private final Device device;
  private final boolean gpu;
  private final Map<TensorType, OfType> kernels = new EnumMap<>(TensorType.class);
  private Memory ids;

  MatrixKernels(Device device) {
    this.device = device;
    this.gpu = device.info().gpu();
    this.ids = device.allocate(Integer.BYTES, "token ids");
  }

  /** The kernels for weights of one format. Compiled when they are first asked for. */
  private final class OfType {
    private final String options;
    private final @Nullable Kernel[] few = new @Nullable Kernel[FEW.length];
    private final @Nullable Kernel[] gated = new @Nullable Kernel[FEW.length];
    private @Nullable Kernel many;
    private @Nullable Kernel embed;

    OfType(TensorType type) {
      // neighbouring work-items of a GPU read neighbours; one of a CPU decodes scales once for a
      // group
      int chunks = gpu ? 1 : Math.clamp(type.blockSize() / 8, 1, 8);
      options = "-D TYPE_" + type.name() + " -D BLOCK=" + type.blockSize() + " -D CHUNKS=" + chunks;
    }

    Kernel few(int index) {
      Kernel known = few[index];
      if (known == null) {
        known = kernel("few", " -D TOKENS=" + FEW[index]);
        few[index] = known;
      }
      return known;
    }

    Kernel gated(int index) {
      Kernel known = gated[index];
      if (known == null) {
        known = kernel("few", " -D GATED -D TOKENS=" + FEW[index]);
        gated[index] = known;
      }
      return known;
    }

    private Kernel kernel(String name, String more) {
      // on a CPU a work-item does best with a row of its own
      return device.kernel(FILE, name, gpu ? 32 : 1, gpu ? 4 : 8, options + more);
    }

    Kernel many() {
      Kernel known = many;
      if (known == null) {
        int group = gpu ? 16 : 1;
        String tile = " -D WIDE=" + wide() + " -D STEPS=" + steps() + " -D DEPTH=" + depth();
        known = device.kernel(FILE, "many", group, group, options + " -D MANY" + tile);
        many = known;
      }
      return known;
    }

    Kernel embed() {
      Kernel known = embed;
      if (known == null) {
        known = device.kernel(FILE, "embed", gpu ? 64 : 8, 1, options + " -D ROWS");
        embed = known;
      }
      return known;
    }
  }

  private OfType kernels(OpenClWeights weights) {
    OfType known = kernels.get(weights.type());
    if (known == null) {
      known = new OfType(weights.type());
      kernels.put(weights.type(), known);
    }
    return known;
  }

  OpenClWeights upload(Tensor tensor) {
    WeightPlanes planes = WeightPlanes.of(tensor.type());
    long blocks = (long) tensor.rows() * tensor.columns() / tensor.type().blockSize();
    Memory memory = device.allocate(planes.bytes(blocks), "the tensor " + tensor.name());
    try {
      planes.write(tensor, device, memory);
    } catch (RuntimeException | Error e) {
      memory.close(); // a part could not be read
      throw e;
    }
    return new OpenClWeights(memory, tensor.type(), tensor.rows(), tensor.columns());
  }

  void embed(OpenClWeights table, int[] tokens, int first, int rows, OpenClBuffer out) {
    ids = device.room(ids, (long) rows * Integer.BYTES, "token ids");
    device.write(tokens, first, rows, ids, 0);
    Kernel kernel = kernels(table).embed();
    kernel.with(table.memory()).with(table.rows()).with(table.columns()).with(ids);
    kernel.with(out.memory()).with(out.columns());
    kernel.run(Math.ceilDiv(table.columns(), 8 * kernel.groupX()), rows, 1);
  }

  void matmul(OpenClWeights w, OpenClBuffer x, int firstRow, int rows, OpenClBuffer out) {
    if (isMany(rows)) {
      many(w, x, firstRow, rows, out);
      return;
    }
    Kernel kernel = kernels(w).few(few(rows));
    inputs(kernel, x, firstRow, rows);
    matrix(kernel, w, w.rows(), out);
    matrix(kernel, w, 0, out);
    matrix(kernel, w, 0, out);
    run(kernel.with(0), w.rows(), rows);
  }

  private void many(OpenClWeights w, OpenClBuffer x, int firstRow, int rows, OpenClBuffer out) {
    Kernel kernel = kernels(w).many();
    inputs(kernel, x, firstRow, rows);
    matrix(kernel, w, w.rows(), out);
    kernel.run(
        Math.ceilDiv(w.rows(), wide() * kernel.groupX()),
        Math.ceilDiv(rows, 4 * steps() * kernel.groupY()),
        1);
  }

  /** Rows of a work-item where there are many tokens: on a CPU as many as its vectors are long. */
  private int wide() {
    return gpu ? 4 : 16;
  }

  /** How many times 4 tokens it takes: on a CPU one work-item computes a whole tile. */
  private int steps() {
    return gpu ? 1 : 32;
  }

  /** Columns in local memory at a time. */
  private int depth() {
    return gpu ? 32 : 256;
  }

  /** Three products of the same input, in one launch where there are few rows of one format. */
  void qkv(
      OpenClWeights wq,
      OpenClWeights wk,
      OpenClWeights wv,
      OpenClBuffer x,
      int rows,
      OpenClBuffer q,
      OpenClBuffer k,
      OpenClBuffer v) {
    boolean alike = wq.type() == wk.type() && wq.type() == wv.type();
    if (!alike || isMany(rows)) {
      matmul(wq, x, 0, rows, q);
      matmul(wk, x, 0, rows, k);
      matmul(wv, x, 0, rows, v);
      return;
    }
    Kernel kernel = kernels(wq).few(few(rows));
    inputs(kernel, x, 0, rows);
    matrix(kernel, wq, wq.rows(), q);
    matrix(kernel, wk, wk.rows(), k);
    matrix(kernel, wv, wv.rows(), v);
    run(kernel.with(0), wq.rows() + wk.rows() + wv.rows(), rows);
  }

  /**
   * Gate and up with the activation, in one launch where there are few rows.
   *
   * @return whether that is done; else the caller does it one by one
   */
  boolean gated(
      Activation activation,
      OpenClWeights gates,
      OpenClWeights ups,
      OpenClBuffer x,
      int rows,
      OpenClBuffer gate) {
    if (gates.type() != ups.type() || isMany(rows)) {
      return false;
    }
    Kernel kernel = kernels(gates).gated(few(rows));
    inputs(kernel, x, 0, rows);
    matrix(kernel, gates, gates.rows(), gate);
    matrix(kernel, ups, ups.rows(), gate);
    matrix(kernel, gates, 0, gate);
    run(kernel.with(RowKernels.number(activation)), gates.rows(), rows);
    return true;
  }

  /** Whether tiles pay. On a CPU they begin to where a tile's weights serve enough tokens. */
  private boolean isMany(int rows) {
    return rows > (gpu ? FEW[FEW.length - 1] : 32);
  }

  /** Which of the kernels for few tokens takes so many, the last one in several groups. */
  private static int few(int rows) {
    int index = 0;
    while (index < FEW.length - 1 && FEW[index] < rows) {
      index++;
    }
    return index;
  }

  private static void inputs(Kernel kernel, OpenClBuffer x, int firstRow, int rows) {
    kernel.with(x.memory()).with(firstRow).with(rows).with(x.columns());
  }

  private static void matrix(Kernel kernel, OpenClWeights w, int rows, OpenClBuffer out) {
    kernel.with(w.memory()).with(rows).with(out.memory()).with(out.columns());
  }

  private static void run(Kernel kernel, int rows, int tokens) {
    kernel.run(1, Math.ceilDiv(rows, kernel.groupY()), Math.ceilDiv(tokens, FEW[few(tokens)]));
  }
}
