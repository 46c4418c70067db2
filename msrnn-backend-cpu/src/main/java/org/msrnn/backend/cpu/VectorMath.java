package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import org.msrnn.api.backend.Activation;

/** Transcendental functions on vectors. NaN in, NaN out. */
final class VectorMath {
  private static final float EXP_LEAST = -87f; // e^x is a normal float down to here
  private static final float EXP_MOST = 88f;
  private static final float LOG2_E = (float) (1 / Math.log(2));
  private static final float LN2_UPPER = 0x1.63p-1f; // few bits, so that n times it is exact
  private static final float LN2_LOWER = (float) (Math.log(2) - LN2_UPPER);
  // adding this rounds to a whole number, which then stands in the lowest bits
  private static final float ROUND = 0x1.8p23f;

  // -2 sqrt(2 / pi) (x + 0.044715 x^3)
  private static final float GELU_LINEAR = (float) (-2 * Math.sqrt(2 / Math.PI));
  private static final float GELU_CUBE = (float) (0.044715 * -2 * Math.sqrt(2 / Math.PI));
  private static final float TANH_SMALL = 0.25f;

  // Vectors, not numbers: where a broadcast is moved out of a loop, C2 may make an object of it.
  private static final FloatVector BY_LOG2_E = Simd.all(LOG2_E);
  private static final FloatVector TO_ROUND = Simd.all(ROUND);
  private static final FloatVector BY_LN2_UPPER = Simd.all(-LN2_UPPER);
  private static final FloatVector BY_LN2_LOWER = Simd.all(-LN2_LOWER);
  private static final FloatVector R7 = Simd.all(1f / 5040);
  private static final FloatVector R6 = Simd.all(1f / 720);
  private static final FloatVector R5 = Simd.all(1f / 120);
  private static final FloatVector R4 = Simd.all(1f / 24);
  private static final FloatVector R3 = Simd.all(1f / 6);
  private static final FloatVector R2 = Simd.all(0.5f);
  private static final FloatVector ONE = Simd.all(1f);

  private VectorMath() {}

  /**
   * e^x with a relative error below 4e-7 for x from -87 to 88; 0 below, e^88 above. x = n ln 2 + r
   * with |r| at most ln(2) / 2; e^r by its Taylor series up to r^7, whose remainder is below 6e-9.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector inside = x.max(EXP_LEAST).min(EXP_MOST);
    FloatVector shifted = inside.fma(BY_LOG2_E, TO_ROUND);
    FloatVector n = shifted.sub(TO_ROUND);
    FloatVector r = n.fma(BY_LN2_LOWER, n.fma(BY_LN2_UPPER, inside));
    FloatVector series = R7.fma(r, R6).fma(r, R5).fma(r, R4).fma(r, R3).fma(r, R2).fma(r, ONE);
    series = series.fma(r, ONE);
    // 2^n: the bias goes to the number's exponent, the rest of ROUND leaves at the top
    FloatVector power =
        shifted.reinterpretAsInts().add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    return series.mul(power).blend(0f, x.lt(EXP_LEAST));
  }

  /** tanh x with a relative error below 1e-6: a series near 0, else 1 - 2 / (e^2x + 1). */
  static FloatVector tanh(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector series = Simd.all(62f / 2835).fma(square, Simd.all(-17f / 315));
    series = series.fma(square, Simd.all(2f / 15)).fma(square, Simd.all(-1f / 3));
    FloatVector small = series.mul(square).fma(x, x);
    FloatVector large = Simd.all(1f).sub(Simd.all(2f).div(exp(x.add(x)).add(1f)));
    return large.blend(small, x.abs().lt(TANH_SMALL));
  }

  private static FloatVector silu(FloatVector x) {
    return x.div(exp(x.neg()).add(1f));
  }

  /** 1 + tanh y is 2 / (1 + e^-2y), which loses nothing where the tanh is near -1. */
  private static FloatVector gelu(FloatVector x) {
    FloatVector inner = x.mul(x).fma(Simd.all(GELU_CUBE), Simd.all(GELU_LINEAR)).mul(x);
    return x.div(exp(inner).add(1f));
  }

  /** {@code gate = activation(gate) * up} for some neighbours. */
  static void gate(Activation activation, float[] gate, float[] up, int at, int upAt, int count) {
    int whole = Simd.FLOATS.loopBound(count);
    switch (activation) {
      case SILU -> siluGate(gate, up, at, upAt, whole);
      case GELU_TANH -> geluGate(gate, up, at, upAt, whole);
    }
    for (int i = whole; i < count; i++) {
      gate[at + i] = activation.apply(gate[at + i]) * up[upAt + i];
    }
  }

  private static void siluGate(float[] gate, float[] up, int at, int upAt, int count) {
    for (int i = 0; i < count; i += Simd.WIDTH) {
      FloatVector x = FloatVector.fromArray(Simd.FLOATS, gate, at + i);
      silu(x).mul(FloatVector.fromArray(Simd.FLOATS, up, upAt + i)).intoArray(gate, at + i);
    }
  }

  private static void geluGate(float[] gate, float[] up, int at, int upAt, int count) {
    for (int i = 0; i < count; i += Simd.WIDTH) {
      FloatVector x = FloatVector.fromArray(Simd.FLOATS, gate, at + i);
      gelu(x).mul(FloatVector.fromArray(Simd.FLOATS, up, upAt + i)).intoArray(gate, at + i);
    }
  }

  /** {@code x = cap * tanh(x / cap)} for some neighbours. */
  static void softCap(float[] x, int at, int count, float cap) {
    int whole = Simd.FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Simd.WIDTH) {
      FloatVector v = FloatVector.fromArray(Simd.FLOATS, x, at + i);
      tanh(v.div(cap)).mul(cap).intoArray(x, at + i);
    }
    for (int i = whole; i < count; i++) {
      x[at + i] = (float) (cap * Math.tanh(x[at + i] / (double) cap));
    }
  }
}
