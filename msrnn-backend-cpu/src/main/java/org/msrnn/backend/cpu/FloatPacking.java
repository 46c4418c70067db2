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
record FloatPacking(boolean rounds) implements Packing {
  /** Groups that are computed side by side, see {@link StreamedPacking}. */
  private static final int STREAMS = 4;

  @Override
  public long groupBytes(int columns) {
    return columns * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, CpuWeights weights, int group) {
    MemorySegment into = weights.data;
    long at = weights.at(group);
    int row = group * Simd.WIDTH;
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
  public void product(
      CpuWeights w, int group, int end, Inputs in, int token, float[] y, int yAt, Scratch scratch) {
    float[] x = rounds ? in.rounded : in.x;
    int xAt = rounds ? token * w.columns() : in.at(token);
    float[] sums = scratch.tile;
    for (int g = group; g < end; g += STREAMS, yAt += STREAMS * Simd.WIDTH) {
      int last = Math.min(end, g + STREAMS) - 1; // stands for those that are not
      long second = w.at(Math.min(g + 1, last));
      long third = w.at(Math.min(g + 2, last));
      four(w.data, w.at(g), second, third, w.at(last), w.columns(), x, xAt, sums);
      System.arraycopy(sums, 0, y, yAt, w.rowsOf(g, last + 1));
    }
  }

  /** Products of four groups, which share each input. */
  @Kernel
  private static void four(
      MemorySegment w,
      long first,
      long second,
      long third,
      long fourth,
      int columns,
      float[] x,
      int xAt,
      float[] sums) {
    FloatVector a = FloatVector.zero(Simd.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int whole = columns & -2;
    for (int k = 0; k < whole; k += 2) {
      FloatVector n = FloatVector.broadcast(Simd.FLOATS, x[xAt + k]);
      long p = k * Simd.BYTES;
      a = FloatVector.fromMemorySegment(Simd.FLOATS, w, first + p, Simd.ORDER).fma(n, a);
      b = FloatVector.fromMemorySegment(Simd.FLOATS, w, second + p, Simd.ORDER).fma(n, b);
      c = FloatVector.fromMemorySegment(Simd.FLOATS, w, third + p, Simd.ORDER).fma(n, c);
      d = FloatVector.fromMemorySegment(Simd.FLOATS, w, fourth + p, Simd.ORDER).fma(n, d);
      n = FloatVector.broadcast(Simd.FLOATS, x[xAt + k + 1]);
      p += Simd.BYTES;
      a = FloatVector.fromMemorySegment(Simd.FLOATS, w, first + p, Simd.ORDER).fma(n, a);
      b = FloatVector.fromMemorySegment(Simd.FLOATS, w, second + p, Simd.ORDER).fma(n, b);
      c = FloatVector.fromMemorySegment(Simd.FLOATS, w, third + p, Simd.ORDER).fma(n, c);
      d = FloatVector.fromMemorySegment(Simd.FLOATS, w, fourth + p, Simd.ORDER).fma(n, d);
    }
    if (whole < columns) {
      FloatVector n = Simd.all(x[xAt + whole]);
      long p = whole * Simd.BYTES;
      a = Simd.floats(w, first + p).fma(n, a);
      b = Simd.floats(w, second + p).fma(n, b);
      c = Simd.floats(w, third + p).fma(n, c);
      d = Simd.floats(w, fourth + p).fma(n, d);
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
    long at = w.at(group) + from * Simd.BYTES;
    MemorySegment.copy(w.data, at, panel, panelAt, (to - from) * Simd.BYTES);
  }

  @Override
  public void row(CpuWeights w, int group, int lane, float[] into, int intoAt) {
    for (int c = 0; c < w.columns(); c++) {
      into[intoAt + c] = Float.intBitsToFloat(Packing.word(w.data, w.at(group), c, lane));
    }
  }
}
