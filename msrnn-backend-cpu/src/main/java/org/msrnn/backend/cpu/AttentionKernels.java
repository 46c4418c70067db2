package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The loops of attention that do not depend on how keys and values are stored. */
final class AttentionKernels {
  private AttentionKernels() {}

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
   * Rotates a tile of keys in place, each slot by an angle of its own.
   *
   * @param keys rows of two vectors, as {@link FloatKv} has them
   * @param half pairs
   * @param cos {@code [pair][slot]} from {@code anglesAt} on, as {@code sin}
   */
  static void rotate(
      MemorySegment keys, long at, int half, float[] cos, float[] sin, int anglesAt) {
    long distance = half * (2 * Simd.BYTES);
    for (int i = 0; i < 2 * half; i++, at += Simd.BYTES) {
      FloatVector c = FloatVector.fromArray(Simd.FLOATS, cos, anglesAt + i * Simd.WIDTH);
      FloatVector s = FloatVector.fromArray(Simd.FLOATS, sin, anglesAt + i * Simd.WIDTH);
      FloatVector a = Simd.floats(keys, at);
      FloatVector b = Simd.floats(keys, at + distance);
      a.mul(c).sub(b.mul(s)).intoMemorySegment(keys, at, Simd.ORDER);
      a.mul(s).add(b.mul(c)).intoMemorySegment(keys, at + distance, Simd.ORDER);
    }
  }
}
