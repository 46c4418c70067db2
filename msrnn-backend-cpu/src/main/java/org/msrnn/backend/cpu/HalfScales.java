package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * A 16-bit scale for each 32 columns, which stands before the block in files: a word for two
 * neighbouring blocks, the first one's scale in its lower half.
 */
record HalfScales() implements BlockScales {
  @Override
  public boolean halves() {
    return true;
  }

  @Override
  public int stride(int columns) {
    return (columns / Packing.BLOCK + 1) & -2;
  }

  @Override
  public long bytes(int columns) {
    return stride(columns) / 2 * Packing.STEP;
  }

  @Override
  public boolean pack(FileRows rows) {
    int blocks = rows.blocks();
    for (int b = 0; b < blocks; b += 2) {
      for (int r = 0; r < Packing.ROWS; r++) {
        int scale = Half.stored(rows.file[rows.block(r, b)]) & 0xffff;
        int next = b + 1 < blocks ? Half.stored(rows.file[rows.block(r, b + 1)]) : 0;
        rows.scales[b / 2 * Packing.ROWS + r] = scale | next << 16;
      }
    }
    return Half.fit(rows.scales, (blocks + 1) / 2 * Packing.ROWS);
  }

  @Override
  public float scale(MemorySegment from, long group, int block, int row) {
    return Half.number(Packing.word(from, group, block / 2, row) >>> 16 * (block & 1));
  }

  @Override
  public void decode(
      MemorySegment from,
      long group,
      int first,
      int end,
      float less,
      float[] scales,
      float[] offsets) {
    int pairs = (end - first + 1) / 2;
    long at = group + first / 2 * Packing.STEP;
    for (int i = 0; i < pairs; i++) {
      int to = 2 * i * Packing.ROWS;
      IntVector words = Simd.ints(from, at + i * Packing.STEP);
      Half.lower(words).intoArray(scales, to);
      Half.upper(words).intoArray(scales, to + Packing.ROWS);
      words = Simd.ints(from, at + i * Packing.STEP + Simd.BYTES);
      Half.lower(words).intoArray(scales, to + Simd.WIDTH);
      Half.upper(words).intoArray(scales, to + Packing.ROWS + Simd.WIDTH);
    }
  }

  /** Where the scale of the block that starts with a column is. */
  static long at(CpuWeights w, int group, int column) {
    return w.scalesAt(group) + column / Packing.BLOCK / 2 * Packing.STEP;
  }

  /** What brings the scale of a block to the top of its word. */
  static int shift(int block) {
    return 16 - 16 * (block & 1);
  }
}
