package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;

/** Upper halves of floats: two columns a word, the even one below. */
final class Bf16Packing implements Packing {
  private static final int UPPER = 0xffff0000;

  @Override
  public long groupBytes(int columns) {
    return (columns + 1) / 2 * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, MemorySegment into, long at, int lane) {
    long from = 2L * row * tensor.columns();
    for (int c = 0; c < tensor.columns(); c++) {
      int half = tensor.data().get(FILE_SHORT, from + 2L * c) & 0xffff;
      int below = (c & 1) == 0 ? 0 : Packing.word(into, at, c >> 1, lane);
      Packing.word(into, at, c >> 1, lane, half << 16 * (c & 1) | below);
    }
    return true;
  }

  private static FloatVector even(IntVector words) {
    return words.lanewise(LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector odd(IntVector words) {
    return words.and(UPPER).reinterpretAsFloats();
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
    for (int k = 0; k < whole; k += 4, at += 2 * Simd.BYTES) {
      IntVector first = Simd.ints(w, at);
      IntVector second = Simd.ints(w, at + Simd.BYTES);
      a = even(first).fma(Simd.all(x[xAt + k]), a);
      b = odd(first).fma(Simd.all(x[xAt + k + 1]), b);
      c = even(second).fma(Simd.all(x[xAt + k + 2]), c);
      d = odd(second).fma(Simd.all(x[xAt + k + 3]), d);
    }
    for (int k = whole; k < columns; k += 2, at += Simd.BYTES) {
      IntVector words = Simd.ints(w, at);
      a = even(words).fma(Simd.all(x[xAt + k]), a);
      if (k + 1 < columns) {
        b = odd(words).fma(Simd.all(x[xAt + k + 1]), b);
      }
    }
    Simd.store(a.add(b).add(c.add(d)), y, yAt, rows);
  }

  @Override
  public void decode(
      MemorySegment w, long at, int from, int to, MemorySegment panel, long panelAt) {
    long p = at + from / 2 * Simd.BYTES;
    for (int k = from; k < to; k += 2, p += Simd.BYTES, panelAt += 2 * Simd.BYTES) {
      IntVector words = Simd.ints(w, p);
      even(words).intoMemorySegment(panel, panelAt, Simd.ORDER);
      // beyond an odd number of columns there is a zero, and a panel has room for it
      odd(words).intoMemorySegment(panel, panelAt + Simd.BYTES, Simd.ORDER);
    }
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    for (int c = 0; c < columns; c++) {
      int word = Packing.word(w, at, c >> 1, lane);
      into[intoAt + c] = Float.intBitsToFloat((c & 1) == 0 ? word << 16 : word & UPPER);
    }
  }
}
