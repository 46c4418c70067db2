package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.msrnn.api.backend.Tensor;

/** 32-bit floats: a word a column. Its groups are panels already. Takes every format. */
final class FloatPacking implements Packing {
  @Override
  public long groupBytes(int columns) {
    return columns * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, MemorySegment into, long at, int lane) {
    float[] numbers = new float[tensor.columns()];
    tensor.decodeRow(row, numbers, 0);
    for (int c = 0; c < numbers.length; c++) {
      Packing.word(into, at, c, lane, Float.floatToRawIntBits(numbers[c]));
    }
    return true;
  }

  @Override
  public void product(
      MemorySegment w, long at, int columns, int rows, float[] x, int xAt, float[] y, int yAt) {
    for (int r = 0; r < rows; r += Simd.WIDTH, at += groupBytes(columns)) {
      group(w, at, columns, x, xAt, y, yAt + r, rows - r);
    }
  }

  private static void group(
      MemorySegment w, long at, int columns, float[] x, int xAt, float[] y, int yAt, int rows) {
    FloatVector a = FloatVector.zero(Simd.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int whole = columns & -4;
    for (int k = 0; k < whole; k += 4, at += 4 * Simd.BYTES) {
      a = Simd.floats(w, at).fma(Simd.all(x[xAt + k]), a);
      b = Simd.floats(w, at + Simd.BYTES).fma(Simd.all(x[xAt + k + 1]), b);
      c = Simd.floats(w, at + 2 * Simd.BYTES).fma(Simd.all(x[xAt + k + 2]), c);
      d = Simd.floats(w, at + 3 * Simd.BYTES).fma(Simd.all(x[xAt + k + 3]), d);
    }
    for (int k = whole; k < columns; k++, at += Simd.BYTES) {
      a = Simd.floats(w, at).fma(Simd.all(x[xAt + k]), a);
    }
    Simd.store(a.add(b).add(c.add(d)), y, yAt, rows);
  }

  @Override
  public void decode(
      MemorySegment w, long at, int from, int to, MemorySegment panel, long panelAt) {
    MemorySegment.copy(w, at + from * Simd.BYTES, panel, panelAt, (to - from) * Simd.BYTES);
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    for (int c = 0; c < columns; c++) {
      into[intoAt + c] = Float.intBitsToFloat(Packing.word(w, at, c, lane));
    }
  }
}
