package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Test;

class HalfTest {
  private static final int ALL = 1 << 16;

  private static float number(int half) {
    return Float.float16ToFloat((short) half);
  }

  @Test
  void numbersBelow64FitAndOthersDoNot() {
    for (int half = 0; half < ALL; half++) {
      boolean fits = Math.abs(number(half)) < 64;
      int below = Half.stored(0x4400_0000 | half);
      int above = Half.stored(half << 16 | 0xc400);
      assertThat(Half.fit(below)).as("%04x", half).isEqualTo(fits);
      assertThat(Half.fit(above)).as("%04x", half).isEqualTo(fits);
      int[] words = {
        Half.stored(0x3c00_3c00), below, above, 0x7c00_7c00
      }; // the last does not count
      assertThat(Half.fit(words, 3)).as("%04x", half).isEqualTo(fits);
    }
  }

  @Test
  void allThatFitComeBackToTheBit() {
    for (int half = 0; half < ALL; half++) {
      short stored = Half.stored((short) half);
      assertThat(Half.stored(half << 16 | half)).isEqualTo(stored << 16 | stored & 0xffff);
      if (Half.fit(stored & 0xffff)) {
        assertThat(bits(Half.number(stored))).isEqualTo(bits(number(half)));
      }
    }
  }

  @Test
  void vectorsOfAllThatFitAreDecodedToTheBit() {
    int[] words = new int[Simd.WIDTH];
    float[] lower = new float[Simd.WIDTH];
    float[] upper = new float[Simd.WIDTH];
    for (int half = 0; half < ALL; half++) {
      int stored = Half.stored(half);
      if (Half.fit(stored)) {
        int other = Half.stored(0x3e00);
        words[half % Simd.WIDTH] = stored << 16 | other;
        Half.upper(IntVector.fromArray(Simd.INTS, words, 0)).intoArray(upper, 0);
        words[half % Simd.WIDTH] = other << 16 | stored;
        Half.lower(IntVector.fromArray(Simd.INTS, words, 0)).intoArray(lower, 0);
        assertThat(bits(upper[half % Simd.WIDTH])).isEqualTo(bits(number(half)));
        assertThat(bits(lower[half % Simd.WIDTH])).isEqualTo(bits(number(half)));
      }
    }
  }

  private static int bits(float number) {
    return Float.floatToRawIntBits(number);
  }
}
