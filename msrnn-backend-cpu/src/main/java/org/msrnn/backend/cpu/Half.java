package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * 16-bit IEEE floats in packed weights, two a word. They are stored 2^10 times as large, which
 * makes normal numbers of denormals, slow in arithmetic, without a change of their digits. To
 * decode one, sign, exponent and fraction are moved to their places in a float, which is then 2^112
 * times too small.
 */
final class Half {
  /**
   * Sign, exponent and fraction, shifted from the upper half of a word to where a float has them.
   */
  static final int FLOAT_BITS = 0x8fffe000;

  private static final float ENLARGED = 0x1p10f;
  static final float TO_FLOAT = 0x1p112f / ENLARGED;

  /**
   * {@link #TO_FLOAT} is the square of this. A loop of products multiplies what halves meet with
   * it, and its sums once more: neither too large nor too small in between, up to 2^76.
   */
  static final float HALF_WAY = 0x1p51f;

  private static final float LARGEST = 65_504 / ENLARGED;

  // four 16-bit floats at a time
  private static final long TOPS = 0x8000_8000_8000_8000L;
  private static final long LEAST_NORMAL = 0x0400_0400_0400_0400L;
  private static final long TEN_HIGHER = 0x2800_2800_2800_2800L; // exponents
  private static final long TOO_LARGE = 0x2c00_2c00_2c00_2c00L; // what 64 and more lack to the top

  private Half() {}

  /** Whether a number can be stored without a change of its digits: below 64, neither NaN. */
  static boolean fits(float number) {
    return Math.abs(number) <= LARGEST;
  }

  /** The 16 bits that stand for a number that is a 16-bit float and {@link #fits}. */
  static int bits(float number) {
    return Float.floatToFloat16(number * ENLARGED) & 0xffff;
  }

  /**
   * Turns 16-bit floats into what is stored, in place. Of four at a time, all of them are either
   * normal and get a larger exponent, or are taken one by one.
   *
   * @param bytes a multiple of eight
   * @return whether all fit
   */
  static boolean enlarge(MemorySegment numbers, long at, long bytes) {
    long above = 0;
    for (long p = at; p < at + bytes; p += 8) {
      long four = numbers.get(ValueLayout.JAVA_LONG, p);
      long magnitudes = four & ~TOPS;
      above |= magnitudes + TOO_LARGE; // reaches the top where a magnitude is too large
      boolean normal = ((magnitudes | TOPS) - LEAST_NORMAL & TOPS) == TOPS; // none lacks its top
      numbers.set(ValueLayout.JAVA_LONG, p, normal ? four + TEN_HIGHER : oneByOne(four));
    }
    return (above & TOPS) == 0;
  }

  private static long oneByOne(long four) {
    long enlarged = 0;
    for (int shift = 0; shift < 64; shift += 16) {
      float number = Float.float16ToFloat((short) (four >>> shift));
      enlarged |= (long) bits(number) << shift;
    }
    return enlarged;
  }

  /** A number of its 16 bits, the lower ones of a word. */
  static float number(int bits) {
    return Float.float16ToFloat((short) bits) / ENLARGED;
  }

  /** The numbers in the lower halves of words. */
  static FloatVector lower(IntVector words) {
    return upper(words.lanewise(LSHL, 16));
  }

  /** The numbers in the upper halves of words. */
  static FloatVector upper(IntVector words) {
    return words.lanewise(ASHR, 3).and(FLOAT_BITS).reinterpretAsFloats().mul(TO_FLOAT);
  }
}
