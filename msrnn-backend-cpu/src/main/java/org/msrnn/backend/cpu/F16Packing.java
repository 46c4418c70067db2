package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;

/**
 * 16-bit IEEE floats, see {@link Half}: two columns a word, the even one below. A matrix with
 * numbers of 64 or more, infinities or NaN is packed as floats.
 */
final class F16Packing implements StreamedPacking {
  @Override
  public long groupBytes(int columns) {
    return (columns + 1) / 2 * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long at) {
    Packing.halves(tensor, row, rows, into, at);
    return Half.enlarge(into, at, groupBytes(tensor.columns()));
  }

  @Override
  public void groups(
      MemorySegment w,
      long at,
      int columns,
      int groups,
      Inputs in,
      int token,
      float[] sums,
      Scratch scratch) {
    long groupBytes = groupBytes(columns);
    groups(w, at, groupBytes, groups, columns, in.x, in.at(token), sums);
    if (columns % BLOCK != 0) {
      rest(w, at, groupBytes, groups, columns, in.x, in.at(token), sums);
    }
  }

  @Kernel
  private static void groups(
      MemorySegment w,
      long at,
      long groupBytes,
      int groups,
      int columns,
      float[] x,
      int xAt,
      float[] sums) {
    int whole = columns & -BLOCK;
    for (int b = 0; b < whole; b += BLOCK) {
      for (int g = 0; g < groups; g++) {
        long p = at + g * groupBytes + b / 2 * Simd.BYTES;
        FloatVector a0 = FloatVector.zero(Simd.FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int i = 0; i < BLOCK; i += 4) {
          long q = p + i / 2 * Simd.BYTES;
          int k = xAt + b + i;
          IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, q, Simd.ORDER);
          FloatVector v =
              words
                  .lanewise(LSHL, 16)
                  .lanewise(ASHR, 3)
                  .and(Half.FLOAT_BITS)
                  .reinterpretAsFloats()
                  .mul(Half.TO_FLOAT);
          a0 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[k]), a0);
          v = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats().mul(Half.TO_FLOAT);
          a1 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 1]), a1);
          words = IntVector.fromMemorySegment(Simd.INTS, w, q + Simd.BYTES, Simd.ORDER);
          v =
              words
                  .lanewise(LSHL, 16)
                  .lanewise(ASHR, 3)
                  .and(Half.FLOAT_BITS)
                  .reinterpretAsFloats()
                  .mul(Half.TO_FLOAT);
          a2 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 2]), a2);
          v = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats().mul(Half.TO_FLOAT);
          a3 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 3]), a3);
        }
        FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, g * Simd.WIDTH);
        sum.add(a0.add(a1).add(a2.add(a3))).intoArray(sums, g * Simd.WIDTH);
      }
    }
  }

  /** What is left of the columns after whole blocks. */
  private static void rest(
      MemorySegment w,
      long at,
      long groupBytes,
      int groups,
      int columns,
      float[] x,
      int xAt,
      float[] sums) {
    for (int g = 0; g < groups; g++) {
      FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, g * Simd.WIDTH);
      for (int k = columns & -BLOCK; k < columns; k += 2) {
        IntVector words = Simd.ints(w, at + g * groupBytes + k / 2 * Simd.BYTES);
        sum = Half.lower(words).fma(Simd.all(x[xAt + k]), sum);
        if (k + 1 < columns) {
          sum = Half.upper(words).fma(Simd.all(x[xAt + k + 1]), sum);
        }
      }
      sum.intoArray(sums, g * Simd.WIDTH);
    }
  }

  @Override
  @Kernel
  public void decode(
      MemorySegment w,
      long at,
      int columns,
      int from,
      int to,
      MemorySegment panel,
      long panelAt,
      Scratch scratch) {
    at += from / 2 * Simd.BYTES;
    // beyond an odd number of columns there is a zero, and a panel has room for it
    int count = (to - from + 1) / 2;
    int whole = count & -2;
    for (int i = 0; i < whole; i += 2) {
      long p = at + i * Simd.BYTES;
      long q = panelAt + 2L * i * Simd.BYTES;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      FloatVector v =
          words
              .lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(Half.FLOAT_BITS)
              .reinterpretAsFloats()
              .mul(Half.TO_FLOAT);
      v.intoMemorySegment(panel, q, Simd.ORDER);
      v = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats().mul(Half.TO_FLOAT);
      v.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
      words = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      v =
          words
              .lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(Half.FLOAT_BITS)
              .reinterpretAsFloats()
              .mul(Half.TO_FLOAT);
      v.intoMemorySegment(panel, q + 2 * Simd.BYTES, Simd.ORDER);
      v = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats().mul(Half.TO_FLOAT);
      v.intoMemorySegment(panel, q + 3 * Simd.BYTES, Simd.ORDER);
    }
    if (whole < count) {
      long p = at + whole * Simd.BYTES;
      long q = panelAt + 2L * whole * Simd.BYTES;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      FloatVector v =
          words
              .lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(Half.FLOAT_BITS)
              .reinterpretAsFloats()
              .mul(Half.TO_FLOAT);
      v.intoMemorySegment(panel, q, Simd.ORDER);
      v = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats().mul(Half.TO_FLOAT);
      v.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
    }
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    for (int c = 0; c < columns; c++) {
      int word = Packing.word(w, at, c >> 1, lane);
      into[intoAt + c] = Half.number(word >>> 16 * (c & 1));
    }
  }
}
