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
  public boolean pack(Tensor tensor, CpuWeights into, int group) {
    Packing.halves(tensor, into, group);
    return Half.enlarge(into.data, into.at(group), groupBytes(tensor.columns()));
  }

  @Override
  public void pair(
      CpuWeights w,
      int first,
      int second,
      int from,
      int to,
      Inputs in,
      int token,
      float[] sums,
      int sumsAt,
      Scratch scratch) {
    long at = from / 2 * Simd.BYTES;
    int x = in.at(token) + from;
    pair(w.data, w.at(first) + at, w.at(second) + at, to - from, in.x, x, sums, sumsAt);
  }

  @Kernel
  private static void pair(
      MemorySegment w,
      long first,
      long second,
      int columns,
      float[] x,
      int xAt,
      float[] sums,
      int sumsAt) {
    FloatVector a0 = FloatVector.zero(Simd.FLOATS);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    int words = columns / 2;
    for (int i = 0; i < words; i++) {
      IntVector u = IntVector.fromMemorySegment(Simd.INTS, w, first + i * Simd.BYTES, Simd.ORDER);
      IntVector v = IntVector.fromMemorySegment(Simd.INTS, w, second + i * Simd.BYTES, Simd.ORDER);
      int k = xAt + 2 * i;
      FloatVector n = FloatVector.broadcast(Simd.FLOATS, x[k]);
      IntVector c = u.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      a0 = c.reinterpretAsFloats().mul(Half.TO_FLOAT).fma(n, a0);
      IntVector d = v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      b0 = d.reinterpretAsFloats().mul(Half.TO_FLOAT).fma(n, b0);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 1]);
      c = u.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      a1 = c.reinterpretAsFloats().mul(Half.TO_FLOAT).fma(n, a1);
      d = v.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      b1 = d.reinterpretAsFloats().mul(Half.TO_FLOAT).fma(n, b1);
    }
    if (words * 2 < columns) {
      FloatVector n = Simd.all(x[xAt + words * 2]);
      a0 = Half.lower(Simd.ints(w, first + words * Simd.BYTES)).fma(n, a0);
      b0 = Half.lower(Simd.ints(w, second + words * Simd.BYTES)).fma(n, b0);
    }
    Simd.add(a0.add(a1), sums, sumsAt);
    Simd.add(b0.add(b1), sums, sumsAt + Simd.WIDTH);
  }

  @Override
  @Kernel
  public void decode(
      CpuWeights weights,
      int group,
      int from,
      int to,
      MemorySegment panel,
      long panelAt,
      Scratch scratch) {
    MemorySegment w = weights.data;
    long at = weights.at(group) + from / 2 * Simd.BYTES;
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
  public void row(CpuWeights w, int group, int lane, float[] into, int intoAt) {
    for (int c = 0; c < w.columns(); c++) {
      int word = Packing.word(w.data, w.at(group), c >> 1, lane);
      into[intoAt + c] = Half.number(word >>> 16 * (c & 1));
    }
  }
}
