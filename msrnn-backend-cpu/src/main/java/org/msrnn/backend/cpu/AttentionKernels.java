package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of attention. Two or four queries that read the same KV head share the loads of keys
 * and values: four with two vectors of slots (or of a value) at a time, two with four. Fewer
 * queries are given twice. All slot numbers are multiples of the vector's width unless they are
 * those of values.
 */
final class AttentionKernels {
  private AttentionKernels() {}

  /**
   * Products of four queries with the keys of some tiles.
   *
   * @param keys tiles from {@code at} on, each {@code [size][lane]}
   * @param q queries from {@code q0 ..}
   * @param to products from {@code t0 ..}
   */
  static void scores4(
      MemorySegment keys,
      long at,
      int tiles,
      int size,
      float[] q,
      int q0,
      int q1,
      int q2,
      int q3,
      float[] to,
      int t0,
      int t1,
      int t2,
      int t3) {
    long tileBytes = size * Simd.BYTES;
    for (int tile = 0; tile < tiles; tile += 2) {
      boolean two = tile + 1 < tiles;
      long p = at + tile * tileBytes;
      long r = two ? p + tileBytes : p;
      FloatVector a0 = FloatVector.zero(Simd.FLOATS);
      FloatVector a1 = a0;
      FloatVector a2 = a0;
      FloatVector a3 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      FloatVector b2 = a0;
      FloatVector b3 = a0;
      for (int i = 0; i < size; i++) {
        FloatVector a = Simd.floats(keys, p + i * Simd.BYTES);
        FloatVector b = Simd.floats(keys, r + i * Simd.BYTES);
        FloatVector v = Simd.all(q[q0 + i]);
        a0 = a.fma(v, a0);
        b0 = b.fma(v, b0);
        v = Simd.all(q[q1 + i]);
        a1 = a.fma(v, a1);
        b1 = b.fma(v, b1);
        v = Simd.all(q[q2 + i]);
        a2 = a.fma(v, a2);
        b2 = b.fma(v, b2);
        v = Simd.all(q[q3 + i]);
        a3 = a.fma(v, a3);
        b3 = b.fma(v, b3);
      }
      int s = tile * Simd.WIDTH;
      a0.intoArray(to, t0 + s);
      a1.intoArray(to, t1 + s);
      a2.intoArray(to, t2 + s);
      a3.intoArray(to, t3 + s);
      if (two) {
        b0.intoArray(to, t0 + s + Simd.WIDTH);
        b1.intoArray(to, t1 + s + Simd.WIDTH);
        b2.intoArray(to, t2 + s + Simd.WIDTH);
        b3.intoArray(to, t3 + s + Simd.WIDTH);
      }
    }
  }

  /** Products of two queries with the keys of some tiles, see {@link #scores4}. */
  static void scores2(
      MemorySegment keys,
      long at,
      int tiles,
      int size,
      float[] q,
      int q0,
      int q1,
      float[] to,
      int t0,
      int t1) {
    long tileBytes = size * Simd.BYTES;
    for (int tile = 0; tile < tiles; tile += 4) {
      int more = Math.min(3, tiles - 1 - tile);
      long pa = at + tile * tileBytes;
      long pb = pa + Math.min(1, more) * tileBytes;
      long pc = pa + Math.min(2, more) * tileBytes;
      long pd = pa + more * tileBytes;
      FloatVector a0 = FloatVector.zero(Simd.FLOATS);
      FloatVector a1 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      FloatVector c0 = a0;
      FloatVector c1 = a0;
      FloatVector d0 = a0;
      FloatVector d1 = a0;
      for (int i = 0; i < size; i++) {
        FloatVector v = Simd.all(q[q0 + i]);
        FloatVector w = Simd.all(q[q1 + i]);
        FloatVector k = Simd.floats(keys, pa + i * Simd.BYTES);
        a0 = k.fma(v, a0);
        a1 = k.fma(w, a1);
        k = Simd.floats(keys, pb + i * Simd.BYTES);
        b0 = k.fma(v, b0);
        b1 = k.fma(w, b1);
        k = Simd.floats(keys, pc + i * Simd.BYTES);
        c0 = k.fma(v, c0);
        c1 = k.fma(w, c1);
        k = Simd.floats(keys, pd + i * Simd.BYTES);
        d0 = k.fma(v, d0);
        d1 = k.fma(w, d1);
      }
      // tiles that do not exist repeat the last one, and are stored over it
      int sa = tile * Simd.WIDTH;
      int sb = sa + Math.min(1, more) * Simd.WIDTH;
      int sc = sa + Math.min(2, more) * Simd.WIDTH;
      int sd = sa + more * Simd.WIDTH;
      a0.intoArray(to, t0 + sa);
      a1.intoArray(to, t1 + sa);
      b0.intoArray(to, t0 + sb);
      b1.intoArray(to, t1 + sb);
      c0.intoArray(to, t0 + sc);
      c1.intoArray(to, t1 + sc);
      d0.intoArray(to, t0 + sd);
      d1.intoArray(to, t1 + sd);
    }
  }

  /**
   * Turns products into logits: scales, caps, and puts negative infinity where the mask says so.
   *
   * @return the largest
   */
  static float logits(
      float[] s, int at, int from, int to, float[] mask, int maskAt, float scale, float cap) {
    FloatVector most = Simd.all(Float.NEGATIVE_INFINITY);
    for (int i = from; i < to; i += Simd.WIDTH) {
      FloatVector v = FloatVector.fromArray(Simd.FLOATS, s, at + i).mul(scale);
      if (cap > 0) {
        v = VectorMath.tanh(v.div(cap)).mul(cap);
      }
      FloatVector hidden = FloatVector.fromArray(Simd.FLOATS, mask, maskAt + i);
      v = v.blend(hidden, hidden.lt(0));
      v.intoArray(s, at + i);
      most = most.max(v);
    }
    return most.reduceLanes(MAX);
  }

  /**
   * Turns logits into e^(logit - most), 0 where the logit is negative infinity.
   *
   * @return their sum
   */
  static float exponentials(float[] s, int at, int from, int to, float most) {
    for (int i = from; i < to; i += Simd.WIDTH) {
      VectorMath.exp(FloatVector.fromArray(Simd.FLOATS, s, at + i).sub(most)).intoArray(s, at + i);
    }
    return sum(s, at, from, to);
  }

  /** A loop of its own: in one loop with the exponential, C2 makes an object of the sum. */
  private static float sum(float[] s, int at, int from, int to) {
    FloatVector sum = FloatVector.zero(Simd.FLOATS);
    for (int i = from; i < to; i += Simd.WIDTH) {
      sum = sum.add(FloatVector.fromArray(Simd.FLOATS, s, at + i));
    }
    return Simd.sum(sum);
  }

  /**
   * Adds weighted values for four queries.
   *
   * @param values of slots {@code from} to {@code to}, from {@code at} on
   * @param stride numbers from one value to the next, whole vectors
   * @param w weights by slot from {@code w0 ..}
   * @param sums what is added to, from {@code s0 ..}
   */
  static void values4(
      MemorySegment values,
      long at,
      int from,
      int to,
      int stride,
      float[] w,
      int w0,
      int w1,
      int w2,
      int w3,
      float[] sums,
      int s0,
      int s1,
      int s2,
      int s3) {
    for (int i = 0; i < stride; i += 2 * Simd.WIDTH) {
      // a vector that does not exist repeats the one before, and is stored over it
      int j = i + Simd.WIDTH < stride ? i + Simd.WIDTH : i;
      FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, sums, s0 + i);
      FloatVector a1 = FloatVector.fromArray(Simd.FLOATS, sums, s1 + i);
      FloatVector a2 = FloatVector.fromArray(Simd.FLOATS, sums, s2 + i);
      FloatVector a3 = FloatVector.fromArray(Simd.FLOATS, sums, s3 + i);
      FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, sums, s0 + j);
      FloatVector b1 = FloatVector.fromArray(Simd.FLOATS, sums, s1 + j);
      FloatVector b2 = FloatVector.fromArray(Simd.FLOATS, sums, s2 + j);
      FloatVector b3 = FloatVector.fromArray(Simd.FLOATS, sums, s3 + j);
      long p = at + 4L * i;
      long second = 4L * (j - i);
      for (int s = from; s < to; s++, p += 4L * stride) {
        FloatVector a = Simd.floats(values, p);
        FloatVector b = Simd.floats(values, p + second);
        FloatVector v = Simd.all(w[w0 + s]);
        a0 = a.fma(v, a0);
        b0 = b.fma(v, b0);
        v = Simd.all(w[w1 + s]);
        a1 = a.fma(v, a1);
        b1 = b.fma(v, b1);
        v = Simd.all(w[w2 + s]);
        a2 = a.fma(v, a2);
        b2 = b.fma(v, b2);
        v = Simd.all(w[w3 + s]);
        a3 = a.fma(v, a3);
        b3 = b.fma(v, b3);
      }
      a0.intoArray(sums, s0 + i);
      a1.intoArray(sums, s1 + i);
      a2.intoArray(sums, s2 + i);
      a3.intoArray(sums, s3 + i);
      b0.intoArray(sums, s0 + j);
      b1.intoArray(sums, s1 + j);
      b2.intoArray(sums, s2 + j);
      b3.intoArray(sums, s3 + j);
    }
  }

  /** Adds weighted values for two queries, see {@link #values4}. */
  static void values2(
      MemorySegment values,
      long at,
      int from,
      int to,
      int stride,
      float[] w,
      int w0,
      int w1,
      float[] sums,
      int s0,
      int s1) {
    for (int i = 0; i < stride; i += 4 * Simd.WIDTH) {
      int more = Math.min(3, (stride - i) / Simd.WIDTH - 1);
      int j = Math.min(1, more) * Simd.WIDTH;
      int k = Math.min(2, more) * Simd.WIDTH;
      int l = more * Simd.WIDTH;
      FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, sums, s0 + i);
      FloatVector a1 = FloatVector.fromArray(Simd.FLOATS, sums, s1 + i);
      FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, sums, s0 + i + j);
      FloatVector b1 = FloatVector.fromArray(Simd.FLOATS, sums, s1 + i + j);
      FloatVector c0 = FloatVector.fromArray(Simd.FLOATS, sums, s0 + i + k);
      FloatVector c1 = FloatVector.fromArray(Simd.FLOATS, sums, s1 + i + k);
      FloatVector d0 = FloatVector.fromArray(Simd.FLOATS, sums, s0 + i + l);
      FloatVector d1 = FloatVector.fromArray(Simd.FLOATS, sums, s1 + i + l);
      long p = at + 4L * i;
      for (int s = from; s < to; s++, p += 4L * stride) {
        FloatVector v = Simd.all(w[w0 + s]);
        FloatVector u = Simd.all(w[w1 + s]);
        FloatVector x = Simd.floats(values, p);
        a0 = x.fma(v, a0);
        a1 = x.fma(u, a1);
        x = Simd.floats(values, p + 4L * j);
        b0 = x.fma(v, b0);
        b1 = x.fma(u, b1);
        x = Simd.floats(values, p + 4L * k);
        c0 = x.fma(v, c0);
        c1 = x.fma(u, c1);
        x = Simd.floats(values, p + 4L * l);
        d0 = x.fma(v, d0);
        d1 = x.fma(u, d1);
      }
      a0.intoArray(sums, s0 + i);
      a1.intoArray(sums, s1 + i);
      b0.intoArray(sums, s0 + i + j);
      b1.intoArray(sums, s1 + i + j);
      c0.intoArray(sums, s0 + i + k);
      c1.intoArray(sums, s1 + i + k);
      d0.intoArray(sums, s0 + i + l);
      d1.intoArray(sums, s1 + i + l);
    }
  }

  /**
   * Rotates a tile of keys, each lane by an angle of its own.
   *
   * @param half pairs
   * @param cos {@code [pair][lane]} from {@code anglesAt} on, as {@code sin}
   */
  static void rotate(
      MemorySegment keys,
      long at,
      int size,
      int half,
      float[] cos,
      float[] sin,
      int anglesAt,
      MemorySegment to,
      long toAt) {
    long distance = half * Simd.BYTES;
    for (int i = 0; i < half; i++) {
      FloatVector c = FloatVector.fromArray(Simd.FLOATS, cos, anglesAt + i * Simd.WIDTH);
      FloatVector s = FloatVector.fromArray(Simd.FLOATS, sin, anglesAt + i * Simd.WIDTH);
      long pair = i * Simd.BYTES;
      FloatVector a = Simd.floats(keys, at + pair);
      FloatVector b = Simd.floats(keys, at + pair + distance);
      a.mul(c).sub(b.mul(s)).intoMemorySegment(to, toAt + pair, Simd.ORDER);
      a.mul(s).add(b.mul(c)).intoMemorySegment(to, toAt + pair + distance, Simd.ORDER);
    }
    long rotated = 2 * distance;
    MemorySegment.copy(keys, at + rotated, to, toAt + rotated, size * Simd.BYTES - rotated);
  }
}
