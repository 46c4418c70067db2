package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
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
   * @param first where the first group starts
   * @param second where the other one starts, which may be the same
   * @param columns all columns of the matrix
   * @param from first column, a multiple of {@link #SPAN}
   * @param to end of the columns, at most {@link #SPAN} of them
   * @param sums what is added to, a vector a group, from {@code sumsAt} on
   */
  void pair(
      MemorySegment w,
      long first,
      long second,
      int columns,
      int from,
      int to,
      Inputs in,
      int token,
      float[] sums,
      int sumsAt,
      Scratch scratch);

  @Override
  default void product(
      MemorySegment w,
      long at,
      int columns,
      int rows,
      Inputs in,
      int token,
      float[] y,
      int yAt,
      Scratch scratch) {
    long step = groupBytes(columns);
    float[] sums = scratch.tile;
    for (int r = 0; r < rows; r += STREAMS * Simd.WIDTH, at += STREAMS * step) {
      int groups = Math.min(STREAMS, Simd.vectors(rows - r));
      Arrays.fill(sums, 0, STREAMS * Simd.WIDTH, 0);
      for (int from = 0; from < columns; from += SPAN) {
        int to = Math.min(columns, from + SPAN);
        for (int g = 0; g < groups; g += 2) {
          long first = at + g * step;
          long second = g + 1 < groups ? first + step : first;
          pair(w, first, second, columns, from, to, in, token, sums, g * Simd.WIDTH, scratch);
        }
      }
      System.arraycopy(sums, 0, y, yAt + r, Math.min(groups * Simd.WIDTH, rows - r));
    }
  }
}
