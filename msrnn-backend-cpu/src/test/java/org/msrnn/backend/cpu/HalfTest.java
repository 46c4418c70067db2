package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
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
      float number = number(half);
      assertThat(Half.fits(number)).as("%s", number).isEqualTo(Math.abs(number) < 64);
    }
  }

  @Test
  void allThatFitComeBackToTheBit() {
    for (int half = 0; half < ALL; half++) {
      float number = number(half);
      if (Half.fits(number)) {
        assertThat(bits(Half.number(Half.bits(number)))).isEqualTo(bits(number));
      }
    }
  }

  @Test
  void vectorsOfAllThatFitAreDecodedToTheBit() {
    int[] words = new int[Simd.WIDTH];
    float[] lower = new float[Simd.WIDTH];
    float[] upper = new float[Simd.WIDTH];
    for (int half = 0; half < ALL; half++) {
      float number = number(half);
      if (Half.fits(number)) {
        int other = Half.bits(1.5f);
        words[half % Simd.WIDTH] = Half.bits(number) << 16 | other;
        Half.upper(IntVector.fromArray(Simd.INTS, words, 0)).intoArray(upper, 0);
        words[half % Simd.WIDTH] = other << 16 | Half.bits(number);
        Half.lower(IntVector.fromArray(Simd.INTS, words, 0)).intoArray(lower, 0);
        assertThat(bits(upper[half % Simd.WIDTH])).isEqualTo(bits(number));
        assertThat(bits(lower[half % Simd.WIDTH])).isEqualTo(bits(number));
      }
    }
  }

  @Test
  void fourAtATimeAreEnlargedAsOneByOne() {
    for (int at = 0; at < 4; at++) {
      for (int half = 0; half < ALL; half++) {
        short[] four = {0x3c00, (short) 0xb800, 0x0400, 0x53ff};
        four[at] = (short) half;
        short[] expected = new short[4];
        boolean fit = true;
        for (int i = 0; i < 4; i++) {
          fit &= Half.fits(number(four[i]));
          expected[i] = (short) Half.bits(number(four[i]));
        }
        MemorySegment memory = MemorySegment.ofArray(new long[3]);
        for (int i = 0; i < 4; i++) {
          memory.setAtIndex(ValueLayout.JAVA_SHORT, 4 + i, four[i]);
        }
        assertThat(Half.enlarge(memory, 8, 8)).as("%04x at %d", half, at).isEqualTo(fit);
        short[] enlarged = memory.asSlice(8, 8).toArray(ValueLayout.JAVA_SHORT);
        if (fit && !Arrays.equals(enlarged, expected)) {
          assertThat(enlarged).as("%04x at %d", half, at).isEqualTo(expected);
        }
        assertThat(memory.get(ValueLayout.JAVA_LONG, 0)).isZero();
        assertThat(memory.get(ValueLayout.JAVA_LONG, 16)).isZero();
      }
    }
  }

  private static int bits(float number) {
    return Float.floatToRawIntBits(number);
  }
}
