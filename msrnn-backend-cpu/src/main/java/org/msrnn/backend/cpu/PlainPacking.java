package org.msrnn.backend.cpu;

/**
 * Packings of floats of some size. Their products take few operations a byte, so that memory must
 * not be waited for: some groups are read side by side, in as many streams, which the processor
 * fetches ahead each by itself.
 */
sealed interface PlainPacking extends Packing permits Bf16Packing, F16Packing, FloatPacking {
  /** Most groups that any of them computes side by side. */
  int MOST_TOGETHER = 4;

  /**
   * The products of {@link #together} groups with one token's inputs.
   *
   * @param last last of the groups; where there are fewer, it stands for those that are not
   * @param sums what they are stored in, a number a row
   */
  void products(CpuWeights w, int group, int last, Inputs in, int token, float[] sums);

  @Override
  default void product(
      CpuWeights w, int group, int end, Inputs in, int token, float[] y, int yAt, Scratch scratch) {
    float[] sums = scratch.tile;
    int together = together();
    for (int g = group; g < end; g += together, yAt += together * ROWS) {
      int last = Math.min(end, g + together) - 1;
      products(w, g, last, in, token, sums);
      System.arraycopy(sums, 0, y, yAt, w.rowsOf(g, last + 1));
    }
  }
}
