package org.msrnn.backend.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.SlotView;

/**
 * Which slots a few neighbouring queries see: for each query a mask, and for all of them together
 * the runs of slots that any sees. Slots outside the runs are not touched, tiles without any are
 * skipped. Kept by each thread from item to item, because the heads of a row see the same.
 */
final class Visibility {
  private @Nullable AttentionTask owner;
  private long call;
  private int firstRow;

  /** 0 for visible, negative infinity for not, {@code [row][slot]}, padded to whole tiles. */
  float[] masks = {};

  /** Starts and ends of the runs, in slots. */
  int[] runs = {};

  int runCount;

  /** Starts and ends of the runs, in tiles; runs that share a tile are one. */
  int[] tileRuns = {};

  int tileRunCount;

  /**
   * Looks at the slots of a call, unless that was done already.
   *
   * @param task who asks
   * @param number of the call, different for every call of a task
   * @param row first row, counted from the call's
   * @param stride numbers from one mask to the next, whole tiles
   */
  void look(AttentionTask task, long number, AttentionCall of, int row, int rows, int stride) {
    if (owner == task && call == number && firstRow == row) {
      return;
    }
    owner = task;
    call = number;
    firstRow = row;
    masks = Scratch.atLeast(masks, (long) rows * stride);
    Arrays.fill(masks, 0, rows * stride, Float.NEGATIVE_INFINITY);
    int extent = of.slots.extent();
    long[] positions = of.slots.positions();
    for (int r = 0; r < rows; r++) {
      long query = of.firstPosition + row + r;
      mask(positions, extent, query, of.sinks, of.window, masks, r * stride);
    }
    findRuns(extent, rows, stride);
    joinTiles(((CpuKv) of.kv).tileSlots);
  }

  private static void mask(
      long[] positions, int extent, long query, long sinks, long window, float[] to, int at) {
    for (int s = 0; s < extent; s++) {
      long p = positions[s];
      if (p != SlotView.FREE && p <= query && (p < sinks || query - p < window)) {
        to[at + s] = 0;
      }
    }
  }

  private void findRuns(int extent, int rows, int stride) {
    runCount = 0;
    int start = -1;
    for (int s = 0; s <= extent; s++) {
      boolean any = s < extent && anySees(s, rows, stride);
      if (any && start < 0) {
        start = s;
      } else if (!any && start >= 0) {
        runs = with(runs, runCount++, start, s);
        start = -1;
      }
    }
  }

  private boolean anySees(int slot, int rows, int stride) {
    for (int r = 0; r < rows; r++) {
      if (masks[r * stride + slot] == 0) {
        return true;
      }
    }
    return false;
  }

  private void joinTiles(int slots) {
    tileRunCount = 0;
    for (int i = 0; i < runCount; i++) {
      int from = runs[2 * i] / slots;
      int to = (runs[2 * i + 1] + slots - 1) / slots;
      if (tileRunCount > 0 && from <= tileRuns[2 * tileRunCount - 1]) {
        tileRuns[2 * tileRunCount - 1] = to;
      } else {
        tileRuns = with(tileRuns, tileRunCount++, from, to);
      }
    }
  }

  private static int[] with(int[] pairs, int index, int from, int to) {
    int[] all = 2 * index + 2 <= pairs.length ? pairs : Arrays.copyOf(pairs, 4 * index + 8);
    all[2 * index] = from;
    all[2 * index + 1] = to;
    return all;
  }
}
