package org.msrnn.backend.cpu;

import jdk.incubator.vector.FloatVector;

/** Kernels on one row. */
final class RowKernels {
  private RowKernels() {}

  /** The root-mean-square norm of each group of {@code size} neighbours. */
  static void norm(
      float[] x, int at, int count, float[] weight, int size, float epsilon, float[] to, int toAt) {
    for (int g = 0; g < count; g += size) {
      double mean = squares(x, at + g, size) / size;
      normed(x, at + g, weight, size, (float) (1 / Math.sqrt(mean + epsilon)), to, toAt + g);
    }
  }

  private static double squares(float[] x, int at, int count) {
    FloatVector a = FloatVector.zero(Simd.FLOATS);
    FloatVector b = a;
    int i = 0;
    for (; i <= count - 2 * Simd.WIDTH; i += 2 * Simd.WIDTH) {
      FloatVector v = FloatVector.fromArray(Simd.FLOATS, x, at + i);
      FloatVector w = FloatVector.fromArray(Simd.FLOATS, x, at + i + Simd.WIDTH);
      a = v.fma(v, a);
      b = w.fma(w, b);
    }
    double rest = 0;
    for (; i < count; i++) {
      rest += (double) x[at + i] * x[at + i];
    }
    return Simd.sum(a.add(b)) + rest;
  }

  private static void normed(
      float[] x, int at, float[] weight, int count, float factor, float[] to, int toAt) {
    int whole = Simd.FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Simd.WIDTH) {
      FloatVector v = FloatVector.fromArray(Simd.FLOATS, x, at + i).mul(factor);
      v.mul(FloatVector.fromArray(Simd.FLOATS, weight, i)).intoArray(to, toAt + i);
    }
    for (int i = whole; i < count; i++) {
      to[toAt + i] = x[at + i] * factor * weight[i];
    }
  }

  // The next two are loops that the compiler turns into vector code by itself.

  /** In vectors of our own: C2 has no proof that x and y are not the same array. */
  static void add(float[] x, int at, float[] y, int yAt, int count) {
    int whole = Simd.FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Simd.WIDTH) {
      FloatVector a = FloatVector.fromArray(Simd.FLOATS, x, at + i);
      FloatVector b = FloatVector.fromArray(Simd.FLOATS, y, yAt + i);
      a.add(b).intoArray(x, at + i);
    }
    for (int i = whole; i < count; i++) {
      x[at + i] += y[yAt + i];
    }
  }

  /** The sum of some rows, {@code stride} apart, times a factor: added in their order. */
  static void sumRows(
      float[] from, int first, int stride, int rows, float factor, float[] to, int at, int count) {
    int whole = Simd.FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Simd.WIDTH) {
      FloatVector sum = FloatVector.fromArray(Simd.FLOATS, from, first + i);
      for (int r = 1; r < rows; r++) {
        sum = sum.add(FloatVector.fromArray(Simd.FLOATS, from, first + r * stride + i));
      }
      sum.mul(factor).intoArray(to, at + i);
    }
    for (int i = whole; i < count; i++) {
      float sum = from[first + i];
      for (int r = 1; r < rows; r++) {
        sum += from[first + r * stride + i];
      }
      to[at + i] = sum * factor;
    }
  }

  static void scale(float[] x, int at, int count, float factor) {
    for (int i = 0; i < count; i++) {
      x[at + i] *= factor;
    }
  }

  /** Rotates one head's pairs. */
  static void rotate(float[] x, int at, RotationTable angles, int entry) {
    int half = angles.half();
    int whole = Simd.FLOATS.loopBound(half);
    for (int i = 0; i < whole; i += Simd.WIDTH) {
      FloatVector a = FloatVector.fromArray(Simd.FLOATS, x, at + i);
      FloatVector b = FloatVector.fromArray(Simd.FLOATS, x, at + half + i);
      FloatVector cos = FloatVector.fromArray(Simd.FLOATS, angles.cos, entry + i);
      FloatVector sin = FloatVector.fromArray(Simd.FLOATS, angles.sin, entry + i);
      a.mul(cos).sub(b.mul(sin)).intoArray(x, at + i);
      a.mul(sin).add(b.mul(cos)).intoArray(x, at + half + i);
    }
    for (int i = whole; i < half; i++) {
      float a = x[at + i];
      float b = x[at + half + i];
      x[at + i] = a * angles.cos[entry + i] - b * angles.sin[entry + i];
      x[at + half + i] = a * angles.sin[entry + i] + b * angles.cos[entry + i];
    }
  }
}
