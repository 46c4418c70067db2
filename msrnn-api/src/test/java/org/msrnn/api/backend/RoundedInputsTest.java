package org.msrnn.api.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundedInputsTest {
  private static final int BLOCK = RoundedInputs.BLOCK;
  private static final long SEED = 20_251_124;

  private static float[] rounded(float[] x) {
    float[] into = new float[x.length];
    RoundedInputs.round(x, 0, x.length, into, 0);
    return into;
  }

  private static float[] block(float... first) {
    return Arrays.copyOf(first, BLOCK);
  }

  private static float[] normal(int blocks) {
    Random random = new Random(SEED);
    float[] x = new float[blocks * BLOCK];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  @Test
  void tiesGoToEven() {
    float[] x = block(127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 125.5f, 126.5f);
    assertThat(rounded(x)).startsWith(127, 0, 2, 2, -0f, -2, -2, 126, 126);
  }

  @Test
  void numbersAreAtMost127TimesTheScaleAndTheLargestIsThat() {
    float[] x = normal(500);
    float[] y = rounded(x);
    for (int b = 0; b < x.length; b += BLOCK) {
      float most = largest(x, b);
      float scale = RoundedInputs.scale(most);
      float mostLevel = 0;
      for (int i = b; i < b + BLOCK; i++) {
        float level = (float) Math.rint(y[i] / scale);
        assertThat(y[i]).as("seed %d, number %d", SEED, i).isEqualTo(level * scale);
        mostLevel = Math.max(mostLevel, Math.abs(level));
      }
      assertThat(mostLevel).isEqualTo(127);
    }
  }

  @Test
  void noNumberIsFurtherOffThanHalfAScale() {
    float[] x = normal(500);
    float[] y = rounded(x);
    for (int i = 0; i < x.length; i++) {
      double half = RoundedInputs.scale(largest(x, i / BLOCK * BLOCK)) / 2.0;
      double slack = 127 * half * 0x1p-22; // of float32
      assertThat(Math.abs(y[i] - (double) x[i]))
          .as("seed %d, number %d", SEED, i)
          .isLessThanOrEqualTo(half + slack);
    }
  }

  private static float largest(float[] x, int from) {
    float most = 0;
    for (int i = from; i < from + BLOCK; i++) {
      most = Math.max(most, Math.abs(x[i]));
    }
    return most;
  }

  @Test
  void signsAndPowersOfTwoPassThrough() {
    float[] x = normal(20);
    float[] y = rounded(x);
    float[] other = new float[x.length];
    float[] expected = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      other[i] = -x[i] * 0x1p-20f;
      expected[i] = -y[i] * 0x1p-20f;
    }
    assertThat(rounded(other)).as("seed %d", SEED).isEqualTo(expected);
  }

  /** Integers stay, but the scale of a scale times 127 may differ in its last digit. */
  @Test
  void roundingTwiceChangesTheLastDigitAtMost() {
    float[] once = rounded(normal(500));
    float[] twice = rounded(once);
    for (int i = 0; i < once.length; i++) {
      assertThat(Math.abs(twice[i] - once[i]))
          .as("seed %d, number %d", SEED, i)
          .isLessThanOrEqualTo(2 * Math.ulp(once[i]));
    }
  }

  @Test
  void zerosStay() {
    assertThat(rounded(new float[BLOCK])).containsOnly(0f);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.MIN_VALUE, Float.MIN_NORMAL, 0x0.fffffep-100f})
  void aTinyBlockBecomesZeros(float tiny) {
    assertThat(rounded(block(tiny, tiny / 3))).containsOnly(0f);
  }

  @ParameterizedTest
  @ValueSource(floats = {0x1p-100f, 1, 1e38f})
  void aBlockThatIsNotTinyKeepsItsLargestNumber(float most) {
    float[] y = rounded(block(most, -most));
    assertThat(y[0]).isEqualTo(-y[1]).isBetween(most * (1 - 0x1p-22f), Float.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNotFiniteMakesItsBlockNanAndNoOther(float bad) {
    float[] x = normal(3);
    float[] sound = rounded(x);
    x[BLOCK + 5] = bad;
    float[] y = rounded(x);
    for (int i = 0; i < x.length; i++) {
      boolean hit = i / BLOCK == 1;
      assertThat(Float.valueOf(y[i]))
          .as("number %d", i)
          .isEqualTo(Float.valueOf(hit ? Float.NaN : sound[i]));
    }
  }

  @Test
  void onlyTheBlocksThatAreMeantAreWritten() {
    float[] x = normal(3);
    float[] into = new float[x.length + 2];
    Arrays.fill(into, 7);
    RoundedInputs.round(x, BLOCK, BLOCK, into, BLOCK + 1);
    float[] expected = rounded(x);
    for (int i = 0; i < into.length; i++) {
      boolean written = i > BLOCK && i <= 2 * BLOCK;
      assertThat(into[i]).as("number %d", i).isEqualTo(written ? expected[i - 1] : 7);
    }
  }

  @Test
  void theResultMayReplaceTheInput() {
    float[] x = normal(4);
    float[] expected = rounded(x);
    RoundedInputs.round(x, 0, x.length, x, 0);
    assertThat(x).isEqualTo(expected);
  }
}
