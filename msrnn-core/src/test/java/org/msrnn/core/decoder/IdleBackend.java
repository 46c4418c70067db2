package org.msrnn.core.decoder;

import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.Weights;

/** Kernels that do nothing and take nothing, so that what a step costs besides them can be seen. */
final class IdleBackend implements Backend, Kernels {
  @Override
  public String description() {
    return "idle";
  }

  @Override
  public Kernels kernels() {
    return this;
  }

  @Override
  public Weights upload(Tensor tensor) {
    return new Matrix(tensor.rows(), tensor.columns());
  }

  @Override
  public Buffer allocate(int rows, int columns) {
    return new Matrix(rows, columns);
  }

  @Override
  public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
    return new Store(heads, headSize, capacity, type);
  }

  @Override
  public void close() {}

  @Override
  public void embed(Weights table, int[] tokens, int first, int rows, Buffer out) {}

  @Override
  public void rmsNorm(Buffer x, Buffer weight, float epsilon, int rows, Buffer out) {}

  @Override
  public void matmul(Weights w, Buffer x, int firstRow, int rows, Buffer out) {}

  @Override
  public void add(Buffer x, Buffer y, int rows) {}

  @Override
  public void scale(Buffer x, float factor, int rows) {}

  @Override
  public void softCap(Buffer x, float cap, int rows) {}

  @Override
  public void gate(Activation activation, Buffer gate, Buffer up, int rows) {}

  @Override
  public void rope(Buffer x, int row, int rows, Heads heads, Rope rope, double[] positions) {}

  @Override
  public void append(
      Buffer k, Buffer v, int row, int rows, int firstKvHead, KvBuffer kv, int[] slots) {}

  @Override
  public void attend(AttentionCall call) {}

  @Override
  public void read(Buffer from, int row, int rows, int count, float[] into) {}

  @Override
  public void write(float[] from, Buffer into, int row) {}

  @Override
  public void readState(KvBuffer kv, int head, int slot, float[] key, float[] value) {}

  @Override
  public void writeState(float[] key, float[] value, KvBuffer kv, int head, int slot) {}

  private record Matrix(int rows, int columns) implements Buffer, Weights {
    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private static final class Store implements KvBuffer {
    private final int heads;
    private final int headSize;
    private final KvType type;
    private int capacity;

    Store(int heads, int headSize, int capacity, KvType type) {
      this.heads = heads;
      this.headSize = headSize;
      this.capacity = capacity;
      this.type = type;
    }

    @Override
    public int heads() {
      return heads;
    }

    @Override
    public int headSize() {
      return headSize;
    }

    @Override
    public int capacity() {
      return capacity;
    }

    @Override
    public KvType type() {
      return type;
    }

    @Override
    public void reserve(int wanted) {
      capacity = Math.max(capacity, wanted);
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
