package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Packings whose products are computed for a few groups side by side, a block of columns of each in
 * turn: their memory is then read in as many streams. A processor prefetches every stream as far
 * ahead, some twenty cache lines, which for a single one is not enough to hide how long memory
 * takes where a line needs many instructions.
 */
sealed interface StreamedPacking extends Packing
    permits Bf16Packing, F16Packing, BytePacking, NibblePacking {
  /** Groups that are computed side by side. */
  int STREAMS = 8;

  /**
   * Adds the products of some groups with one token's inputs.
   *
   * @param at where the first group starts
   * @param groups how many, at most {@link #STREAMS}
   * @param sums what is added to, a vector a group
   */
  void groups(
      MemorySegment w,
      long at,
      int columns,
      int groups,
      Inputs in,
      int token,
      float[] sums,
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
    long step = STREAMS * groupBytes(columns);
    float[] sums = scratch.tile;
    for (int r = 0; r < rows; r += STREAMS * Simd.WIDTH, at += step) {
      int groups = Math.min(STREAMS, Simd.vectors(rows - r));
      Arrays.fill(sums, 0, groups * Simd.WIDTH, 0);
      groups(w, at, columns, groups, in, token, sums, scratch);
      System.arraycopy(sums, 0, y, yAt + r, Math.min(groups * Simd.WIDTH, rows - r));
    }
  }
}
