package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The loops over keys and values of {@link ByteKv}. Each works on two of the four bytes of a word:
 * two vectors of neighbouring columns.
 */
final class ByteKernels {
  private ByteKernels() {}

  /** The numbers in the uppermost but one byte of each word. */
  private static FloatVector lower(IntVector words) {
    return upper(words.lanewise(LSHL, 8));
  }

  /** The numbers in the uppermost byte of each word. */
  private static FloatVector upper(IntVector words) {
    return (FloatVector) words.lanewise(ASHR, 24).convert(I2F, 0);
  }

  /** Decodes a block of keys, two vectors of slots. */
  static void decode(
      MemorySegment m, long at, int rows, int shift, long scales, MemorySegment to, long toAt) {
    FloatVector c = Simd.floats(m, scales);
    FloatVector d = Simd.floats(m, scales + Simd.BYTES);
    for (int i = 0; i < rows; i++, toAt += 2 * Simd.BYTES) {
      IntVector words = Simd.ints(m, at + i * Simd.BYTES).lanewise(LSHL, shift);
      lower(words).mul(c).intoMemorySegment(to, toAt, Simd.ORDER);
      upper(words).mul(d).intoMemorySegment(to, toAt + Simd.BYTES, Simd.ORDER);
    }
  }

  /**
   * Adds products of four queries with a block of keys, two vectors of slots.
   *
   * @param shift what brings the slots' bytes to the top of a word
   * @param scales of the block, by slot
   */
  @Kernel
  static void keys4(
      MemorySegment m,
      long at,
      int rows,
      int shift,
      long scales,
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
    FloatVector a0 = FloatVector.zero(Simd.FLOATS);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int i = 0; i < rows; i++) {
      IntVector words = Simd.ints(m, at + i * Simd.BYTES).lanewise(LSHL, shift);
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
    FloatVector a = Simd.floats(m, scales);
    FloatVector b = Simd.floats(m, scales + Simd.BYTES);
    // all are read before any is written: the last ones may be the same
    a0 = a0.fma(a, FloatVector.fromArray(Simd.FLOATS, to, t0));
    a1 = a1.fma(a, FloatVector.fromArray(Simd.FLOATS, to, t1));
    a2 = a2.fma(a, FloatVector.fromArray(Simd.FLOATS, to, t2));
    a3 = a3.fma(a, FloatVector.fromArray(Simd.FLOATS, to, t3));
    b0 = b0.fma(b, FloatVector.fromArray(Simd.FLOATS, to, t0 + Simd.WIDTH));
    b1 = b1.fma(b, FloatVector.fromArray(Simd.FLOATS, to, t1 + Simd.WIDTH));
    b2 = b2.fma(b, FloatVector.fromArray(Simd.FLOATS, to, t2 + Simd.WIDTH));
    b3 = b3.fma(b, FloatVector.fromArray(Simd.FLOATS, to, t3 + Simd.WIDTH));
    a0.intoArray(to, t0);
    a1.intoArray(to, t1);
    a2.intoArray(to, t2);
    a3.intoArray(to, t3);
    b0.intoArray(to, t0 + Simd.WIDTH);
    b1.intoArray(to, t1 + Simd.WIDTH);
    b2.intoArray(to, t2 + Simd.WIDTH);
    b3.intoArray(to, t3 + Simd.WIDTH);
  }

  /** Adds products of one query with a block of keys. */
  @Kernel
  static void keys1(
      MemorySegment m,
      long at,
      int rows,
      int shift,
      long scales,
      float[] w,
      int w0,
      float[] to,
      int t0) {
    FloatVector a0 = FloatVector.zero(Simd.FLOATS);
    FloatVector b0 = a0;
    FloatVector a1 = a0;
    FloatVector b1 = a0;
    int pairs = rows & -2; // even and odd rows apart: sums wait less for each other
    for (int i = 0; i < pairs; i += 2) {
      long p = at + i * Simd.BYTES;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, m, p, Simd.ORDER);
      words = words.lanewise(LSHL, shift);
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, w[w0 + i]);
      a0 = lower(words).fma(v, a0);
      b0 = upper(words).fma(v, b0);
      words = IntVector.fromMemorySegment(Simd.INTS, m, p + Simd.BYTES, Simd.ORDER);
      words = words.lanewise(LSHL, shift);
      v = FloatVector.broadcast(Simd.FLOATS, w[w0 + i + 1]);
      a1 = lower(words).fma(v, a1);
      b1 = upper(words).fma(v, b1);
    }
    if (pairs < rows) {
      long p = at + pairs * Simd.BYTES;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, m, p, Simd.ORDER);
      words = words.lanewise(LSHL, shift);
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, w[w0 + pairs]);
      a0 = lower(words).fma(v, a0);
      b0 = upper(words).fma(v, b0);
    }
    FloatVector a = FloatVector.fromMemorySegment(Simd.FLOATS, m, scales, Simd.ORDER);
    FloatVector b = FloatVector.fromMemorySegment(Simd.FLOATS, m, scales + Simd.BYTES, Simd.ORDER);
    a0 = a0.add(a1).fma(a, FloatVector.fromArray(Simd.FLOATS, to, t0));
    b0 = b0.add(b1).fma(b, FloatVector.fromArray(Simd.FLOATS, to, t0 + Simd.WIDTH));
    a0.intoArray(to, t0);
    b0.intoArray(to, t0 + Simd.WIDTH);
  }

  /**
   * Adds weighted values for four queries, two vectors of numbers.
   *
   * @param row bytes from one value to the next
   * @param shift what brings the numbers' bytes to the top of a word
   * @param scales of the numbers, by slot
   */
  @Kernel
  static void values4(
      MemorySegment m,
      long at,
      int rows,
      long row,
      int shift,
      long scales,
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
      float scale = m.get(ValueLayout.JAVA_FLOAT, scales + 4L * i);
      IntVector words = Simd.ints(m, at + i * row).lanewise(LSHL, shift);
      FloatVector a = lower(words);
      FloatVector b = upper(words);
      FloatVector v = Simd.all(w[w0 + i] * scale);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      v = Simd.all(w[w1 + i] * scale);
      a1 = a.fma(v, a1);
      b1 = b.fma(v, b1);
      v = Simd.all(w[w2 + i] * scale);
      a2 = a.fma(v, a2);
      b2 = b.fma(v, b2);
      v = Simd.all(w[w3 + i] * scale);
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

  /** Adds weighted values for one query. */
  @Kernel
  static void values1(
      MemorySegment m,
      long at,
      int rows,
      long row,
      int shift,
      long scales,
      float[] w,
      int w0,
      float[] to,
      int t0) {
    FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, to, t0);
    FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, to, t0 + Simd.WIDTH);
    FloatVector a1 = FloatVector.zero(Simd.FLOATS);
    FloatVector b1 = a1;
    int pairs = rows & -2; // even and odd rows apart: sums wait less for each other
    for (int i = 0; i < pairs; i += 2) {
      long p = at + i * row;
      float weight = w[w0 + i] * m.get(ValueLayout.JAVA_FLOAT, scales + 4L * i);
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, m, p, Simd.ORDER);
      words = words.lanewise(LSHL, shift);
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, weight);
      a0 = lower(words).fma(v, a0);
      b0 = upper(words).fma(v, b0);
      weight = w[w0 + i + 1] * m.get(ValueLayout.JAVA_FLOAT, scales + 4L * i + 4);
      words = IntVector.fromMemorySegment(Simd.INTS, m, p + row, Simd.ORDER);
      words = words.lanewise(LSHL, shift);
      v = FloatVector.broadcast(Simd.FLOATS, weight);
      a1 = lower(words).fma(v, a1);
      b1 = upper(words).fma(v, b1);
    }
    if (pairs < rows) {
      float weight = w[w0 + pairs] * m.get(ValueLayout.JAVA_FLOAT, scales + 4L * pairs);
      long p = at + pairs * row;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, m, p, Simd.ORDER);
      words = words.lanewise(LSHL, shift);
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, weight);
      a0 = lower(words).fma(v, a0);
      b0 = upper(words).fma(v, b0);
    }
    a0.add(a1).intoArray(to, t0);
    b0.add(b1).intoArray(to, t0 + Simd.WIDTH);
  }
}
