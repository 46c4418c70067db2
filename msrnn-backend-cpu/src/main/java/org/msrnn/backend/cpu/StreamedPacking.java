package org.msrnn.backend.cpu;

import java.util.Arrays;

/**
 * Packings whose products are computed for some groups side by side, a span of columns of each in
 * turn: their memory is then read in as many streams. A processor prefetches every stream as far
 * ahead, some twenty cache lines, which for a single one is not enough to hide how long memory
 * takes where a line needs many instructions.
 *
 * <p>Two groups share a loop, and one of those runs through all words of a span: an inner loop of
 * the eight words of a block costs more around than within, since C2 puts the checks of memory
 * segments before every loop. An input that both groups use is broadcast on its way from memory;
 * for one alone, C2 takes two instructions more.
 */
sealed interface StreamedPacking extends Packing
    permits Bf16Packing, F16Packing, BytePacking, NibblePacking {
  /** Groups that are computed side by side. */
  int STREAMS = 8;

  /** Columns of a span: whole blocks of every format. */
  int SPAN = 1024;

  /**
   * Adds the products of some columns of two groups with one token's inputs.
   *
   * @param first the first group
   * @param second the other one, which may be the same
   * @param from first column, a multiple of {@link #SPAN}
   * @param to end of the columns, at most {@link #SPAN} of them
   * @param sums what is added to, a vector a group, from {@code sumsAt} on
   */
  void pair(
      CpuWeights w,
      int first,
      int second,
      int from,
      int to,
      Inputs in,
      int token,
      float[] sums,
      int sumsAt,
      Scratch scratch);

  @Override
  default void product(
      CpuWeights w, int group, int end, Inputs in, int token, float[] y, int yAt, Scratch scratch) {
    float[] sums = scratch.tile;
    for (int g = group; g < end; g += STREAMS, yAt += STREAMS * Simd.WIDTH) {
      int last = Math.min(end, g + STREAMS) - 1;
      Arrays.fill(sums, 0, STREAMS * Simd.WIDTH, 0);
      for (int from = 0; from < w.columns(); from += SPAN) {
        int to = Math.min(w.columns(), from + SPAN);
        for (int i = g; i <= last; i += 2) {
          int second = Math.min(i + 1, last);
          pair(w, i, second, from, to, in, token, sums, (i - g) * Simd.WIDTH, scratch);
        }
      }
      System.arraycopy(sums, 0, y, yAt, w.rowsOf(g, last + 1));
    }
  }
}
