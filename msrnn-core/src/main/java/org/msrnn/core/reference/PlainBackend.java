package org.msrnn.core.reference;

import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.Weights;

/** Plain arrays on the heap; weights decoded to float32 at upload. */
public final class PlainBackend implements Backend {
  private final PlainKernels kernels = new PlainKernels();

  /** A backend of its own; it holds no resource. */
  public PlainBackend() {}

  @Override
  public String description() {
    return "plain (scalar Java)";
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public Weights upload(Tensor tensor) {
    Tensor here = tensor.inMemory();
    float[][] rows = new float[tensor.rows()][tensor.columns()];
    for (int r = 0; r < rows.length; r++) {
      here.decodeRow(r, rows[r], 0);
    }
    return new Matrix(rows);
  }

  @Override
  public Buffer allocate(int rows, int columns) {
    return new Matrix(new float[rows][columns]);
  }

  @Override
  public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
    return new PlainKv(heads, headSize, capacity, type);
  }

  @Override
  public void close() {}

  /** A float32 matrix by rows, both as activations and as weights. */
  static final class Matrix implements Buffer, Weights {
    final float[][] data;

    Matrix(float[][] data) {
      this.data = data;
    }

    @Override
    public int rows() {
      return data.length;
    }

    @Override
    public int columns() {
      return data[0].length;
    }

    @Override
    public long bytes() {
      return 4L * rows() * columns();
    }

    @Override
    public void close() {}
  }
}
