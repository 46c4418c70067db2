package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Upper halves of floats: two columns a word, the even one below. */
final class Bf16Packing implements PlainPacking {
  private static final int UPPER = 0xffff0000;

  @Override
  public int inputs() {
    return Inputs.PLAIN;
  }

  @Override
  public long groupBytes(int columns) {
    return (columns + 1) / 2 * STEP;
  }

  @Override
  public boolean pack(FileRows rows) {
    rows.copy();
    return true;
  }

  @Override
  public int together() {
    return 2;
  }

  @Override
  public void products(CpuWeights w, int group, int last, Inputs in, int token, float[] sums) {
    two(w.data, w.at(group), w.at(last), w.columns(), in.x, in.at(token), sums);
  }

  @Kernel
  private static void two(
      MemorySegment w, long first, long second, int columns, float[] x, int xAt, float[] sums) {
    FloatVector a = FloatVector.zero(Simd.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int words = columns / 2;
    for (int i = 0; i < words; i++) {
      long p = first + i * STEP;
      long q = second + i * STEP;
      IntVector s = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      IntVector t = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      IntVector u = IntVector.fromMemorySegment(Simd.INTS, w, q, Simd.ORDER);
      IntVector v = IntVector.fromMemorySegment(Simd.INTS, w, q + Simd.BYTES, Simd.ORDER);
      int k = xAt + 2 * i;
      FloatVector n = FloatVector.broadcast(Simd.FLOATS, x[k]);
      a = s.lanewise(LSHL, 16).reinterpretAsFloats().fma(n, a);
      b = t.lanewise(LSHL, 16).reinterpretAsFloats().fma(n, b);
      c = u.lanewise(LSHL, 16).reinterpretAsFloats().fma(n, c);
      d = v.lanewise(LSHL, 16).reinterpretAsFloats().fma(n, d);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 1]);
      a = s.and(UPPER).reinterpretAsFloats().fma(n, a);
      b = t.and(UPPER).reinterpretAsFloats().fma(n, b);
      c = u.and(UPPER).reinterpretAsFloats().fma(n, c);
      d = v.and(UPPER).reinterpretAsFloats().fma(n, d);
    }
    if (words * 2 < columns) {
      FloatVector n = Simd.all(x[xAt + words * 2]);
      long p = first + words * STEP;
      long q = second + words * STEP;
      a = Simd.ints(w, p).lanewise(LSHL, 16).reinterpretAsFloats().fma(n, a);
      b = Simd.ints(w, p + Simd.BYTES).lanewise(LSHL, 16).reinterpretAsFloats().fma(n, b);
      c = Simd.ints(w, q).lanewise(LSHL, 16).reinterpretAsFloats().fma(n, c);
      d = Simd.ints(w, q + Simd.BYTES).lanewise(LSHL, 16).reinterpretAsFloats().fma(n, d);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, Simd.WIDTH);
    c.intoArray(sums, 2 * Simd.WIDTH);
    d.intoArray(sums, 3 * Simd.WIDTH);
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
    long at = weights.at(group) + from / 2 * STEP;
    // beyond an odd number of columns there is a zero, and a panel has room for it
    int count = (to - from + 1) / 2;
    int whole = count & -2;
    for (int i = 0; i < whole; i += 2) {
      long p = at + i * STEP;
      long q = panelAt + 2L * i * STEP;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      FloatVector v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + STEP, Simd.ORDER);
      words = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + STEP + Simd.BYTES, Simd.ORDER);
      p += STEP;
      q += 2 * STEP;
      words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + STEP, Simd.ORDER);
      words = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + STEP + Simd.BYTES, Simd.ORDER);
    }
    if (whole < count) {
      long p = at + whole * STEP;
      long q = panelAt + 2L * whole * STEP;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      FloatVector v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + STEP, Simd.ORDER);
      words = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      v = words.lanewise(LSHL, 16).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
      v = words.and(UPPER).reinterpretAsFloats();
      v.intoMemorySegment(panel, q + STEP + Simd.BYTES, Simd.ORDER);
    }
  }

  @Override
  public void row(CpuWeights w, int group, int row, float[] into, int intoAt) {
    for (int c = 0; c < w.columns(); c++) {
      int word = Packing.word(w.data, w.at(group), c >> 1, row);
      into[intoAt + c] = Float.intBitsToFloat((c & 1) == 0 ? word << 16 : word & UPPER);
    }
  }
}
