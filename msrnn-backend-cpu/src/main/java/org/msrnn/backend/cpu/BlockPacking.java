package org.msrnn.backend.cpu;

import java.util.Arrays;

/**
 * Packings of formats whose blocks have scales. One loop runs through the codes of a group: an
 * inner loop of the words of a block costs more around than within, since C2 puts the checks of
 * memory segments before every loop. Scales that are {@link BlockScales#halves} are read in that
 * loop, too: what is done apart from the codes is time in which none of them are on their way from
 * memory. Others are decoded before, for some groups together.
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
  void decoded(
      CpuWeights w,
      int group,
      int from,
      int to,
      float[] scales,
      int scalesAt,
      Inputs in,
      int token,
      float[] sums);

  /**
   * As {@link #decoded}, with scales that are {@link BlockScales#halves}, which are read as they
   * are packed; sums are {@link Half#HALF_WAY} too small.
   */
  void halves(CpuWeights w, int group, int from, int to, Inputs in, int token, float[] sums);

  @Override
  default long scaleBytes(int columns) {
    return scales().bytes(columns);
  }

  @Override
  default boolean pack(FileRows rows) {
    FileCodes.pack(rows);
    return scales().pack(rows);
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
    int stride = scales.stride(w.columns());
    int first = from / scales.block();
    int blocks = (to - from) / scales.block();
    int all = (end - group - 1) * stride + blocks;
    boolean halves = scales.halves();
    float[] decoded = scratch.scales(halves ? 0 : all);
    float[] offsets = scratch.offsets(scales.offsets() ? all : 0);
    if (!halves) {
      scales.decode(w.data, w.scalesAt(group), first, first + all, less(), decoded, offsets);
    }
    int input = token * (w.columns() / scales.block()) + first;
    float[] inputs = rounds() ? in.roundedSums : in.sums;
    float[] sums = scratch.tile;
    for (int g = group; g < end; g++) {
      int at = (g - group) * stride * ROWS;
      if (from == 0) {
        Arrays.fill(sums, 0, ROWS, 0);
      }
      if (scales.offsets()) {
        BlockScales.addOffsets(offsets, at, blocks, inputs, input, sums);
      }
      if (halves) {
        halves(w, g, from, to, in, token, sums);
      } else {
        decoded(w, g, from, to, decoded, at, in, token, sums);
      }
      if (to == w.columns()) {
        int rows = w.rowsOf(g);
        float up = halves ? Half.HALF_WAY : 1;
        for (int r = 0; r < rows; r++) {
          y[yAt + (g - group) * ROWS + r] = sums[r] * up;
        }
      }
    }
  }
}
