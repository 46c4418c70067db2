package org.msrnn.backend.cpu;

/**
 * Packings of floats of some size. Their products take few operations a byte, so that memory must
 * not be waited for: two groups are read side by side, in two streams, which the processor fetches
 * ahead each by itself.
 */
sealed interface PlainPacking extends Packing permits Bf16Packing, F16Packing, FloatPacking {
  /** Groups that are computed side by side. */
  int TOGETHER = 2;

  /**
   * The products of two groups with one token's inputs.
   *
   * @param first where the first group starts
   * @param second where the other one starts, which may be the same
   * @param sums what they are stored in, a number a row
   */
  void two(CpuWeights w, long first, long second, Inputs in, int token, float[] sums);

  @Override
  default void product(
      CpuWeights w, int group, int end, Inputs in, int token, float[] y, int yAt, Scratch scratch) {
    float[] sums = scratch.tile;
    for (int g = group; g < end; g += TOGETHER, yAt += TOGETHER * ROWS) {
      int last = Math.min(end, g + TOGETHER) - 1;
      two(w, w.at(g), w.at(last), in, token, sums);
      System.arraycopy(sums, 0, y, yAt, w.rowsOf(g, last + 1));
    }
  }
}
