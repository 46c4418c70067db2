package org.msrnn.backend.cpu;

import java.util.Arrays;

/**
 * Packings of formats whose blocks have scales. The scales of some groups are decoded first, then
 * one loop runs through the codes of a group: an inner loop of the words of a block costs more
 * around than within, since C2 puts the checks of memory segments before every loop, and what is
 * computed apart from the codes is time in which none of them are on their way from memory.
 *
 * <p>Both vectors of a group are in the body: an input that both use is broadcast on its way from
 * memory; for one alone, C2 takes two instructions more.
 */
sealed interface BlockPacking extends Packing permits BytePacking, NibblePacking {
  /** Columns whose scales are decoded at a time, of one or more groups: they stay in the cache. */
  int SPAN = 4096;

  /** The scales of blocks. */
  BlockScales scales();

  /** What was taken off the codes of formats that have offsets. */
  float less();

  /**
   * Adds the products of some columns of a group with one token's inputs, without offsets.
   *
   * @param from first column
   * @param scales of the blocks, {@code [block][row]} from {@code scalesAt} on
   * @param sums what is added to, a number a row
   */
  void span(
      CpuWeights w,
      int group,
      int from,
      int to,
      float[] scales,
      int scalesAt,
      Inputs in,
      int token,
      float[] sums);

  @Override
  default long scaleBytes(int columns) {
    return scales().bytes(columns);
  }

  @Override
  default void product(
      CpuWeights w, int group, int end, Inputs in, int token, float[] y, int yAt, Scratch scratch) {
    int columns = w.columns();
    int lot = Math.max(1, SPAN / columns);
    for (int g = group; g < end; g += lot) {
      int last = Math.min(end, g + lot);
      for (int from = 0; from < columns; from += SPAN) {
        int to = Math.min(columns, from + SPAN);
        lot(w, g, last, from, to, in, token, y, yAt + (g - group) * ROWS, scratch);
      }
    }
  }

  /** The products of some groups, or adds those of some columns of one. */
  private void lot(
      CpuWeights w,
      int group,
      int end,
      int from,
      int to,
      Inputs in,
      int token,
      float[] y,
      int yAt,
      Scratch scratch) {
    BlockScales scales = scales();
    boolean offset = scales.offsets();
    int stride = scales.stride(w.columns());
    int first = from / scales.block();
    int blocks = (to - from) / scales.block();
    int all = (end - group - 1) * stride + blocks;
    float[] decoded = scratch.scales(all);
    float[] offsets = offset ? scratch.offsets(all) : decoded;
    scales.decode(w.data, w.scalesAt(group), first, first + all, less(), decoded, offsets);
    float[] sums = scratch.tile;
    for (int g = group; g < end; g++) {
      int at = (g - group) * stride * ROWS;
      if (from == 0) {
        Arrays.fill(sums, 0, ROWS, 0);
      }
      if (offset) {
        int input = token * (w.columns() / scales.block()) + first;
        float[] inputs = rounds() ? in.roundedSums : in.sums;
        BlockScales.addOffsets(offsets, at, blocks, inputs, input, sums);
      }
      span(w, g, from, to, decoded, at, in, token, sums);
      if (to == w.columns()) {
        System.arraycopy(sums, 0, y, yAt + (g - group) * ROWS, w.rowsOf(g));
      }
    }
  }
}
