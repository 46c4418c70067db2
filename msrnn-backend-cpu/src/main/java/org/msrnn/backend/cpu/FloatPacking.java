package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * 32-bit floats: a word a column. Its groups are panels already. Takes every format.
 *
 * @param rounds whether the format's own packing rounds inputs
 */
record FloatPacking(boolean rounds) implements PlainPacking {
  @Override
  public int inputs() {
    return rounds ? Inputs.ROUNDED : Inputs.PLAIN;
  }

  @Override
  public long groupBytes(int columns) {
    return columns * STEP;
  }

  @Override
  public boolean pack(Tensor tensor, CpuWeights weights, int group) {
    MemorySegment into = weights.data;
    long at = weights.at(group);
    int row = group * ROWS;
    int rows = weights.rowsOf(group);
    MemorySegment data = tensor.data();
    int columns = tensor.columns();
    if (tensor.type() == TensorType.F32) {
      Packing.words(data, 4L * row * columns, 4L * columns, rows, columns, into, at);
      return true;
    }
    int most = Math.max(BLOCK, tensor.type().blockSize());
    float[] numbers = new float[most];
    for (int c = 0; c < columns; c += most) {
      int count = Math.min(most, columns - c);
      for (int r = 0; r < rows; r++) {
        tensor.type().decode(data, (long) (row + r) * columns + c, count, numbers, 0);
        for (int i = 0; i < count; i++) {
          Packing.word(into, at, c + i, r, Float.floatToRawIntBits(numbers[i]));
        }
      }
    }
    return true;
  }

  @Override
  public void two(CpuWeights w, long first, long second, Inputs in, int token, float[] sums) {
    float[] x = rounds ? in.rounded : in.x;
    int xAt = rounds ? token * w.columns() : in.at(token);
    two(w.data, first, second, w.columns(), x, xAt, sums);
  }

  @Kernel
  private static void two(
      MemorySegment w, long first, long second, int columns, float[] x, int xAt, float[] sums) {
    FloatVector a = FloatVector.zero(Simd.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int whole = columns & -2;
    for (int k = 0; k < whole; k += 2) {
      FloatVector n = FloatVector.broadcast(Simd.FLOATS, x[xAt + k]);
      long p = first + k * STEP;
      long q = second + k * STEP;
      a = FloatVector.fromMemorySegment(Simd.FLOATS, w, p, Simd.ORDER).fma(n, a);
      b = FloatVector.fromMemorySegment(Simd.FLOATS, w, p + Simd.BYTES, Simd.ORDER).fma(n, b);
      c = FloatVector.fromMemorySegment(Simd.FLOATS, w, q, Simd.ORDER).fma(n, c);
      d = FloatVector.fromMemorySegment(Simd.FLOATS, w, q + Simd.BYTES, Simd.ORDER).fma(n, d);
      n = FloatVector.broadcast(Simd.FLOATS, x[xAt + k + 1]);
      p += STEP;
      q += STEP;
      a = FloatVector.fromMemorySegment(Simd.FLOATS, w, p, Simd.ORDER).fma(n, a);
      b = FloatVector.fromMemorySegment(Simd.FLOATS, w, p + Simd.BYTES, Simd.ORDER).fma(n, b);
      c = FloatVector.fromMemorySegment(Simd.FLOATS, w, q, Simd.ORDER).fma(n, c);
      d = FloatVector.fromMemorySegment(Simd.FLOATS, w, q + Simd.BYTES, Simd.ORDER).fma(n, d);
    }
    if (whole < columns) {
      FloatVector n = Simd.all(x[xAt + whole]);
      long p = first + whole * STEP;
      long q = second + whole * STEP;
      a = Simd.floats(w, p).fma(n, a);
      b = Simd.floats(w, p + Simd.BYTES).fma(n, b);
      c = Simd.floats(w, q).fma(n, c);
      d = Simd.floats(w, q + Simd.BYTES).fma(n, d);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, Simd.WIDTH);
    c.intoArray(sums, 2 * Simd.WIDTH);
    d.intoArray(sums, 3 * Simd.WIDTH);
  }

  @Override
  public void decode(
      CpuWeights w,
      int group,
      int from,
      int to,
      MemorySegment panel,
      long panelAt,
      Scratch scratch) {
    long at = w.at(group) + from * STEP;
    MemorySegment.copy(w.data, at, panel, panelAt, (to - from) * STEP);
  }

  @Override
  public void row(CpuWeights w, int group, int row, float[] into, int intoAt) {
    for (int c = 0; c < w.columns(); c++) {
      into[intoAt + c] = Float.intBitsToFloat(Packing.word(w.data, w.at(group), c, row));
    }
  }
}
