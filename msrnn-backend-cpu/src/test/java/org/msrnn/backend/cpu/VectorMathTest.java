package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.msrnn.api.backend.Activation;

class VectorMathTest {
  private static final int STEPS = 200_000;

  @Test
  void expIsWithinFourTenMillionths() {
    assertThat(worst(VectorMath::exp, Math::exp, -87, 88)).isLessThan(4e-7);
    assertThat(worst(VectorMath::exp, Math::exp, -1, 1)).isLessThan(4e-7);
  }

  @Test
  void expOfWhatIsMaskedIsZero() {
    assertThat(one(VectorMath::exp, Float.NEGATIVE_INFINITY)).isZero();
    assertThat(one(VectorMath::exp, -1e30f)).isZero();
    assertThat(one(VectorMath::exp, -87.01f)).isZero();
    assertThat(one(VectorMath::exp, -87f)).isPositive();
    assertThat(one(VectorMath::exp, 0f)).isEqualTo(1f);
  }

  @Test
  void expOfLargeNumbersIsFinite() {
    assertThat(one(VectorMath::exp, 1e30f)).isFinite().isGreaterThan(1e38f);
  }

  @Test
  void nanStaysNan() {
    for (int bits : new int[] {0x7fc00000, 0x7fc00001, 0xffc12345, 0x7f800001}) {
      float nan = Float.intBitsToFloat(bits);
      assertThat(one(VectorMath::exp, nan)).isNaN();
      assertThat(one(VectorMath::tanh, nan)).isNaN();
    }
  }

  @Test
  void tanhIsWithinAMillionth() {
    assertThat(worst(VectorMath::tanh, Math::tanh, -20, 20)).isLessThan(1e-6);
    assertThat(worst(VectorMath::tanh, Math::tanh, 1e-6f, 0.5f)).isLessThan(1e-6);
    assertThat(one(VectorMath::tanh, 1e30f)).isEqualTo(1f);
    assertThat(one(VectorMath::tanh, -1e30f)).isEqualTo(-1f);
    assertThat(one(VectorMath::tanh, 0f)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void gatesFollowTheirDefinition(Activation activation) {
    float[] gate = new float[STEPS + 3];
    float[] up = new float[STEPS + 5];
    for (int i = 0; i < gate.length; i++) {
      gate[i] = 200f * i / STEPS - 100;
      up[i + 2] = 1.5f;
    }
    float[] before = gate.clone();
    VectorMath.gate(activation, gate, up, 1, 3, STEPS);
    assertThat(gate[0]).isEqualTo(before[0]);
    assertThat(gate[STEPS + 1]).isEqualTo(before[STEPS + 1]);
    for (int i = 1; i <= STEPS; i++) {
      double wanted = 1.5 * activation.apply(before[i]);
      double error = Math.abs(gate[i] - wanted) / Math.max(0.01, Math.abs(wanted));
      assertThat(error).as("at %s: %s in place of %s", before[i], gate[i], wanted).isLessThan(4e-6);
    }
  }

  private static float one(UnaryOperator<FloatVector> function, float x) {
    float[] all = new float[Simd.WIDTH];
    function.apply(Simd.all(x)).intoArray(all, 0);
    for (float each : all) {
      assertThat(Float.compare(each, all[0])).isZero();
    }
    return all[0];
  }

  private static double worst(
      UnaryOperator<FloatVector> function, DoubleUnaryOperator truth, float from, float to) {
    float[] x = new float[Simd.WIDTH];
    double worst = 0;
    for (int i = 0; i < STEPS; i += x.length) {
      for (int j = 0; j < x.length; j++) {
        x[j] = Math.min(to, from + (to - from) * ((float) (i + j) / STEPS));
      }
      float[] in = x.clone();
      function.apply(FloatVector.fromArray(Simd.FLOATS, x, 0)).intoArray(x, 0);
      for (int j = 0; j < x.length; j++) {
        double wanted = truth.applyAsDouble(in[j]);
        double error = Math.abs(x[j] - wanted) / Math.max(Math.abs(wanted), Float.MIN_NORMAL);
        worst = Math.max(worst, error);
      }
    }
    return worst;
  }
}
