package org.msrnn.api.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KvTypeTest {
  private static final long SEED = 31;

  private static float rounded(KvType type, float x) {
    float[] one = {x};
    type.round(one, 0, 1);
    return one[0];
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 0x1.fffffep127, 0x1.fffffep127",
    "F16, 0x1.002p0, 0x1.0p0", // ties go to the even neighbour: below
    "F16, 0x1.006p0, 0x1.008p0", // above
    "F16, -0x1.00200p0, -0x1.0p0",
    "F16, 0x1.002002p0, 0x1.004p0",
    "F16, 0x1p-24, 0x1p-24",
    "F16, 0x1p-25, 0",
    "F16, 0x1.8p-25, 0x1p-24",
    "F16, -0x1.8p-24, -0x1p-23",
    "F16, 65519, 65504",
    "F16, 65520, 65504",
    "F16, -3.4e38, -65504",
    "BF16, 0x1.01p0, 0x1.0p0",
    "BF16, 0x1.03p0, 0x1.04p0",
    "BF16, 0x1.010002p0, 0x1.02p0",
    "BF16, -0x1.03p0, -0x1.04p0",
    "BF16, 0x1p-149, 0",
    "BF16, 0x1p-133, 0x1p-133",
    "BF16, 0x1.fffffep127, 0x1.fep127",
    "BF16, -0x1.fffffep127, -0x1.fep127",
    "Q8_0, 127, 127",
    "Q8_0, 0x1p-20, 0",
    "Q8_0, 3.4e38, 8319008",
  })
  void roundsToTheNearestAndStaysFinite(KvType type, float x, float expected) {
    assertThat(rounded(type, x)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void aNumberThatIsNotFiniteStaysSo(KvType type) {
    for (float x : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThat(rounded(type, x))
          .as("%s", x)
          .satisfies(y -> assertThat(Float.isFinite(y)).isFalse());
    }
  }

  @Test
  void aScaleServesThirtyTwoNumbersOfAHead() {
    float[] numbers = new float[3 + 40];
    numbers[2] = 1e6f;
    numbers[3] = 254;
    numbers[4] = 2.9f;
    numbers[5] = -3;
    numbers[3 + 31] = 1;
    numbers[3 + 32] = 127;
    numbers[3 + 39] = 1.5f;

    KvType.Q8_0.round(numbers, 3, 40);

    assertThat(numbers[2]).isEqualTo(1e6f);
    assertThat(numbers[3]).isEqualTo(254);
    assertThat(numbers[4]).isEqualTo(2);
    assertThat(numbers[5]).isEqualTo(-4); // -1.5 is a tie
    assertThat(numbers[3 + 31]).isZero(); // 0.5 is one
    assertThat(numbers[3 + 32]).isEqualTo(127);
    assertThat(numbers[3 + 39]).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void roundingTwiceIsRoundingOnce(KvType type) {
    Random random = new Random(SEED);
    for (int exponent = -60; exponent < 100; exponent++) {
      float[] once = new float[40];
      for (int i = 0; i < once.length; i++) {
        once[i] = (float) Math.scalb(random.nextGaussian(), exponent);
      }
      type.round(once, 0, once.length);
      float[] twice = once.clone();
      type.round(twice, 0, twice.length);
      assertThat(twice).as("2^%d, seed %d", exponent, SEED).containsExactly(once);
    }
  }
}
