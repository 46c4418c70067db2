package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Rope;

/**
 * What one thread needs for itself: task objects, so that kernels called from within a task do not
 * disturb each other, and memory. Made once; grows with the sizes that occur, then stays.
 */
final class Scratch {
  private static final int MOST_ROPES = 4;
  private static final int MOST_NUMBERS = Integer.MAX_VALUE - 8;

  final MatmulTask matmul;
  final RowsTask rows;
  final AttentionTask attention;
  final EachTask each = new EachTask();

  /** Sums of a tile of {@link Gemm}, or of the groups of a {@link PlainPacking}. */
  final float[] tile =
      new float[Math.max(Gemm.TILE_NUMBERS, PlainPacking.MOST_TOGETHER * Packing.ROWS)];

  /** What the rows of an attention item see. */
  final Visibility visibility = new Visibility();

  private float[] scales = {};
  private float[] offsets = {};

  /** Scores of the queries of an item, {@code [query][slot]}. */
  float[] scores = {};

  /** Sums of values of the queries of an item. */
  float[] sums = {};

  /** Where the queries of an attention item lie. */
  final AttentionItem item = new AttentionItem();

  private @Nullable MemorySegment panel;
  private final List<RotationTable> rotations = new ArrayList<>();
  private int nextRotation;

  /**
   * Scratch of one thread.
   *
   * @param all the scratch of all threads, this one among them, filled by the caller
   */
  Scratch(Scratch[] all) {
    CpuBuffer none = new CpuBuffer(1, 1);
    matmul = new MatmulTask(all, none);
    rows = new RowsTask(all, none);
    attention = new AttentionTask(all);
  }

  /** A panel of {@link Gemm}. */
  MemorySegment panel() {
    MemorySegment present = panel;
    if (present == null) {
      present = OffHeap.scratch(Gemm.PANEL_BYTES, "a panel");
      panel = present;
    }
    return present;
  }

  /** Room for the scales of some blocks of a group, see {@link BlockScales}. */
  float[] scales(int blocks) {
    scales = atLeast(scales, (blocks + 1L) * Packing.ROWS);
    return scales;
  }

  /** Room for as many offsets. */
  float[] offsets(int blocks) {
    offsets = atLeast(offsets, (blocks + 1L) * Packing.ROWS);
    return offsets;
  }

  /** Cosines and sines of a rope; the least recently added one gives way when there are many. */
  RotationTable rotation(Rope rope) {
    for (int i = 0; i < rotations.size(); i++) {
      if (rotations.get(i).isOf(rope)) {
        return rotations.get(i);
      }
    }
    RotationTable table = new RotationTable(rope);
    if (rotations.size() < MOST_ROPES) {
      rotations.add(table);
    } else {
      rotations.set(nextRotation, table);
      nextRotation = (nextRotation + 1) % MOST_ROPES;
    }
    return table;
  }

  /** An array of at least {@code size} numbers: the given one if it will do, else a larger one. */
  static float[] atLeast(float[] present, long size) {
    if (present.length >= size) {
      return present;
    }
    if (size > MOST_NUMBERS) {
      throw new BackendException(
          "scratch of " + size + " numbers is too large, at most " + MOST_NUMBERS);
    }
    return new float[(int) Math.min(size + size / 2, MOST_NUMBERS)];
  }
}
