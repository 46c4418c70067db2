package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

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

  // two 16-bit floats at a time
  private static final int TOPS = 0x8000_8000;
  private static final int TOO_LARGE = 0x0400_0400; // what infinities and NaN lack to the top

  private Half() {}

  /** What is stored for a 16-bit float; infinity or NaN if it is 64 or more. */
  static short stored(short bits) {
    return Float.floatToFloat16(Float.float16ToFloat(bits) * ENLARGED);
  }

  /** What is stored for the two in a word. */
  static int stored(int word) {
    return stored((short) word) & 0xffff | stored((short) (word >>> 16)) << 16;
  }

  /** Whether both stored numbers in a word are such: neither infinite nor NaN. */
  static boolean fit(int word) {
    return ((word & ~TOPS) + TOO_LARGE & TOPS) == 0;
  }

  /** Whether all in so many words are. */
  static boolean fit(int[] words, int count) {
    int above = 0;
    for (int i = 0; i < count; i++) {
      above |= (words[i] & ~TOPS) + TOO_LARGE;
    }
    return (above & TOPS) == 0;
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
