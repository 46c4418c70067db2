package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;

/** Upper halves of floats: two columns a word, the even one below. */
final class Bf16Packing implements StreamedPacking {
  private static final int UPPER = 0xffff0000;

  @Override
  public long groupBytes(int columns) {
    return (columns + 1) / 2 * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, CpuWeights into, int group) {
    Packing.halves(tensor, into, group);
    return true;
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
      a0 = u.lanewise(LSHL, 16).reinterpretAsFloats().fma(n, a0);
      b0 = v.lanewise(LSHL, 16).reinterpretAsFloats().fma(n, b0);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 1]);
      a1 = u.and(UPPER).reinterpretAsFloats().fma(n, a1);
      b1 = v.and(UPPER).reinterpretAsFloats().fma(n, b1);
    }
    if (words * 2 < columns) {
      FloatVector n = Simd.all(x[xAt + words * 2]);
      IntVector u = Simd.ints(w, first + words * Simd.BYTES).lanewise(LSHL, 16);
      a0 = u.reinterpretAsFloats().fma(n, a0);
      IntVector v = Simd.ints(w, second + words * Simd.BYTES).lanewise(LSHL, 16);
      b0 = v.reinterpretAsFloats().fma(n, b0);
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
      FloatVector v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
      words = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + 2 * Simd.BYTES, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + 3 * Simd.BYTES, Simd.ORDER);
    }
    if (whole < count) {
      long p = at + whole * Simd.BYTES;
      long q = panelAt + 2L * whole * Simd.BYTES;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      FloatVector v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
    }
  }

  @Override
  public void row(CpuWeights w, int group, int lane, float[] into, int intoAt) {
    for (int c = 0; c < w.columns(); c++) {
      int word = Packing.word(w.data, w.at(group), c >> 1, lane);
      into[intoAt + c] = Float.intBitsToFloat((c & 1) == 0 ? word << 16 : word & UPPER);
    }
  }
}
