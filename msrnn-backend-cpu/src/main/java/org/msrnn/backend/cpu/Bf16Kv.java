package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Keys and values as the upper halves of floats, two a word. A finite number that would round to
 * infinity becomes the largest one.
 */
record Bf16Kv() implements HalvesKv {
  private static final float LARGEST = 0x1.fep127f;
  private static final int UPPER = 0xffff0000;

  @Override
  public short encode(float x) {
    int bits = Float.floatToIntBits(Float.isFinite(x) ? Math.clamp(x, -LARGEST, LARGEST) : x);
    int odd = bits >>> 16 & 1;
    return (short) (bits + 0x7fff + odd >>> 16); // to nearest, ties to even
  }

  @Override
  public float decode(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static FloatVector lower(IntVector words) {
    return words.lanewise(LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector upper(IntVector words) {
    return words.and(UPPER).reinterpretAsFloats();
  }

  @Override
  public void keys(MemorySegment m, long at, int headSize, MemorySegment to, long toAt) {
    for (int i = 0; i < headSize; i++, toAt += 2 * Simd.BYTES) {
      long p = at + i * Simd.BYTES;
      IntVector words = Simd.ints(m, p);
      FloatVector a = lower(words);
      FloatVector b = upper(words);
      a.intoMemorySegment(to, toAt, Simd.ORDER);
      b.intoMemorySegment(to, toAt + Simd.BYTES, Simd.ORDER);
    }
  }

  @Override
  @Kernel
  public void add4(
      MemorySegment m,
      long at,
      int rows,
      long row,
      float[] w,
      int w0,
      int w1,
      int w2,
      int w3,
      float[] to,
      int t0,
      int t1,
      int t2,
      int t3) {
    FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, to, t0);
    FloatVector a1 = FloatVector.fromArray(Simd.FLOATS, to, t1);
    FloatVector a2 = FloatVector.fromArray(Simd.FLOATS, to, t2);
    FloatVector a3 = FloatVector.fromArray(Simd.FLOATS, to, t3);
    FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, to, t0 + Simd.WIDTH);
    FloatVector b1 = FloatVector.fromArray(Simd.FLOATS, to, t1 + Simd.WIDTH);
    FloatVector b2 = FloatVector.fromArray(Simd.FLOATS, to, t2 + Simd.WIDTH);
    FloatVector b3 = FloatVector.fromArray(Simd.FLOATS, to, t3 + Simd.WIDTH);
    for (int i = 0; i < rows; i++) {
      long p = at + i * row;
      IntVector words = Simd.ints(m, p);
      FloatVector a = lower(words);
      FloatVector b = upper(words);
      FloatVector v = Simd.all(w[w0 + i]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      v = Simd.all(w[w1 + i]);
      a1 = a.fma(v, a1);
      b1 = b.fma(v, b1);
      v = Simd.all(w[w2 + i]);
      a2 = a.fma(v, a2);
      b2 = b.fma(v, b2);
      v = Simd.all(w[w3 + i]);
      a3 = a.fma(v, a3);
      b3 = b.fma(v, b3);
    }
    a0.intoArray(to, t0);
    a1.intoArray(to, t1);
    a2.intoArray(to, t2);
    a3.intoArray(to, t3);
    b0.intoArray(to, t0 + Simd.WIDTH);
    b1.intoArray(to, t1 + Simd.WIDTH);
    b2.intoArray(to, t2 + Simd.WIDTH);
    b3.intoArray(to, t3 + Simd.WIDTH);
  }

  @Override
  @Kernel
  public void add1(
      MemorySegment m, long at, int rows, long row, float[] w, int w0, float[] to, int t0) {
    FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, to, t0);
    FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, to, t0 + Simd.WIDTH);
    FloatVector a1 = FloatVector.zero(Simd.FLOATS);
    FloatVector b1 = a1;
    int pairs = rows & -2; // even and odd rows apart: sums wait less for each other
    for (int i = 0; i < pairs; i += 2) {
      long p = at + i * row;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, m, p, Simd.ORDER);
      FloatVector a = words.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b = words.and(UPPER).reinterpretAsFloats();
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, w[w0 + i]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      IntVector next = IntVector.fromMemorySegment(Simd.INTS, m, p + row, Simd.ORDER);
      FloatVector c = next.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector d = next.and(UPPER).reinterpretAsFloats();
      v = FloatVector.broadcast(Simd.FLOATS, w[w0 + i + 1]);
      a1 = c.fma(v, a1);
      b1 = d.fma(v, b1);
    }
    if (pairs < rows) {
      long p = at + pairs * row;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, m, p, Simd.ORDER);
      FloatVector a = words.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b = words.and(UPPER).reinterpretAsFloats();
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, w[w0 + pairs]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
    }
    a0.add(a1).intoArray(to, t0);
    b0.add(b1).intoArray(to, t0 + Simd.WIDTH);
  }
}
