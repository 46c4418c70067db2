package org.msrnn.api.backend;

/**
 * Inputs of a product rounded to eight bits: each block of 32 neighbours becomes integers from -127
 * to 127 times one scale, as llama.cpp does for products with quantised weights. A backend says for
 * which weights it rounds ({@link Backend#roundsInputs}); then its products are those of exactly
 * these numbers, whether it works with the integers or not, for one row as for many.
 *
 * <p>All arithmetic is in float32: with m the largest magnitude of the block, the scale is {@code m
 * / 127} and the integer of x is {@code x * (127 / m)}, rounded to the nearest, to even between
 * two.
 */
public final class RoundedInputs {
  /** Numbers that share a scale. */
  public static final int BLOCK = 32;

  private static final float LEVELS = 127;

  /** A block with nothing larger than this becomes zeros. */
  private static final float LEAST = 0x1p-100f;

  private RoundedInputs() {}

  /** What a block's numbers are multiplied with before they are rounded; m is not negative. */
  public static float inverse(float m) {
    return m < LEAST ? 0 : LEVELS / m;
  }

  /** What a block's integers are multiplied with; m is not negative. */
  public static float scale(float m) {
    return m / LEVELS;
  }

  /**
   * Rounds some blocks.
   *
   * @param x from {@code at} on
   * @param count numbers, whole blocks
   * @param into from {@code intoAt} on, may be {@code x}
   */
  public static void round(float[] x, int at, int count, float[] into, int intoAt) {
    for (int b = 0; b < count; b += BLOCK) {
      float most = 0;
      for (int i = b; i < b + BLOCK; i++) {
        most = Math.max(most, Math.abs(x[at + i]));
      }
      float inverse = inverse(most);
      float scale = scale(most);
      for (int i = b; i < b + BLOCK; i++) {
        into[intoAt + i] = (float) Math.rint(x[at + i] * inverse) * scale;
      }
    }
  }
}
