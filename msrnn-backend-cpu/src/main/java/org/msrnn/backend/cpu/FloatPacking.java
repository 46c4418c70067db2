package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
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
  public boolean pack(FileRows rows) {
    if (rows.type() == TensorType.F32) {
      rows.copy();
      return true;
    }
    float[] numbers = new float[rows.columns()];
    for (int r = 0; r < ROWS; r++) {
      rows.decode(r, numbers);
      for (int c = 0; c < numbers.length; c++) {
        rows.words[c * ROWS + r] = Float.floatToRawIntBits(numbers[c]);
      }
    }
    return true;
  }

  @Override
  public int together() {
    return MOST_TOGETHER;
  }

  @Override
  public void products(CpuWeights w, int group, int last, Inputs in, int token, float[] sums) {
    long second = w.at(Math.min(group + 1, last));
    long third = w.at(Math.min(group + 2, last));
    float[] x = rounds ? in.rounded : in.x;
    int xAt = rounds ? token * w.columns() : in.at(token);
    four(w.data, w.at(group), second, third, w.at(last), w.columns(), x, xAt, sums);
  }

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
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    for (int k = 0; k < columns; k++) {
      FloatVector n = FloatVector.broadcast(Simd.FLOATS, x[xAt + k]);
      long p = k * STEP;
      long q = p + Simd.BYTES;
      a = FloatVector.fromMemorySegment(Simd.FLOATS, w, first + p, Simd.ORDER).fma(n, a);
      b = FloatVector.fromMemorySegment(Simd.FLOATS, w, first + q, Simd.ORDER).fma(n, b);
      c = FloatVector.fromMemorySegment(Simd.FLOATS, w, second + p, Simd.ORDER).fma(n, c);
      d = FloatVector.fromMemorySegment(Simd.FLOATS, w, second + q, Simd.ORDER).fma(n, d);
      e = FloatVector.fromMemorySegment(Simd.FLOATS, w, third + p, Simd.ORDER).fma(n, e);
      f = FloatVector.fromMemorySegment(Simd.FLOATS, w, third + q, Simd.ORDER).fma(n, f);
      g = FloatVector.fromMemorySegment(Simd.FLOATS, w, fourth + p, Simd.ORDER).fma(n, g);
      h = FloatVector.fromMemorySegment(Simd.FLOATS, w, fourth + q, Simd.ORDER).fma(n, h);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, Simd.WIDTH);
    c.intoArray(sums, 2 * Simd.WIDTH);
    d.intoArray(sums, 3 * Simd.WIDTH);
    e.intoArray(sums, 4 * Simd.WIDTH);
    f.intoArray(sums, 5 * Simd.WIDTH);
    g.intoArray(sums, 6 * Simd.WIDTH);
    h.intoArray(sums, 7 * Simd.WIDTH);
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
