package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * For each 256 columns two 16-bit numbers d and e, in the halves of a word; for each 32 of them a
 * 6-bit scale s and offset t, each in a byte, in words for two neighbouring blocks: d * s and
 * {@code -e * t}.
 */
record SixBitPairs() implements BlockScales {
  private static final int BLOCKS = SUPER_BLOCK / Packing.BLOCK;
  private static final long WORDS = 1 + BLOCKS / 2;

  @Override
  public boolean offsets() {
    return true;
  }

  @Override
  public long bytes(int columns) {
    return columns / SUPER_BLOCK * WORDS * Packing.STEP;
  }

  @Override
  public boolean pack(FileRows rows) {
    boolean fit = true;
    for (int b = 0; b < rows.blocks(); b++) {
      for (int r = 0; r < Packing.ROWS; r++) {
        int from = rows.block(r, b);
        int at = (int) (b * WORDS) * Packing.ROWS + r;
        int pair = Half.stored(rows.four(from));
        rows.scales[at] = pair;
        fit &= Half.fit(pair);
        // four scales, four offsets, and the low bits of four of each, the scales' below
        int scales = rows.four(from + 2);
        int offsets = rows.four(from + 4);
        int lows = rows.four(from + 6);
        pairs(scales & 0x3f3f3f3f, offsets & 0x3f3f3f3f, rows.scales, at + Packing.ROWS);
        int lastScales = lows & 0x0f0f0f0f | scales >>> 2 & 0x30303030;
        int lastOffsets = lows >>> 4 & 0x0f0f0f0f | offsets >>> 2 & 0x30303030;
        pairs(lastScales, lastOffsets, rows.scales, at + 3 * Packing.ROWS);
      }
    }
    return fit;
  }

  /** Four scales and their offsets as two words. */
  private static void pairs(int scales, int offsets, int[] words, int at) {
    int even = scales & 0xff | (offsets & 0xff) << 8;
    int odd = scales >>> 8 & 0xff | offsets & 0xff00;
    words[at] = even | odd << 16;
    even = scales >>> 16 & 0xff | offsets >>> 8 & 0xff00;
    odd = scales >>> 24 | offsets >>> 16 & 0xff00;
    words[at + Packing.ROWS] = even | odd << 16;
  }

  @Override
  public float scale(MemorySegment from, long group, int block, int row) {
    return Half.number(Packing.word(from, group, first(block), row))
        * (pair(from, group, block, row) & 0xff);
  }

  @Override
  public float offset(MemorySegment from, long group, int block, int row) {
    return -Half.number(Packing.word(from, group, first(block), row) >>> 16)
        * (pair(from, group, block, row) >>> 8);
  }

  private static long first(int block) {
    return block / BLOCKS * WORDS;
  }

  private static int pair(MemorySegment from, long group, int block, int row) {
    int word = Packing.word(from, group, first(block) + 1 + block % BLOCKS / 2, row);
    return word >>> 16 * (block & 1) & 0xffff;
  }

  @Override
  @Kernel
  public void decode(
      MemorySegment from,
      long group,
      int first,
      int end,
      float less,
      float[] scales,
      float[] offsets) {
    for (int i = 0; i < end - first; i++) { // two blocks of one vector of rows, then of the other
      int b = first + (i & -2);
      int vector = i & 1;
      long p = group + b / BLOCKS * WORDS * Packing.STEP + vector * Simd.BYTES;
      IntVector both = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      IntVector lower = both.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector d = lower.reinterpretAsFloats().mul(Half.TO_FLOAT);
      IntVector upper = both.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector e = upper.reinterpretAsFloats().mul(Half.TO_FLOAT);
      p += (1 + b % BLOCKS / 2) * Packing.STEP;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      int to = (b - first) * Packing.ROWS + vector * Simd.WIDTH;
      FloatVector scale = (FloatVector) words.and(0xff).convert(I2F, 0);
      scale = scale.mul(d);
      FloatVector offset = (FloatVector) words.lanewise(LSHR, 8).and(0xff).convert(I2F, 0);
      offset = scale.mul(less).sub(offset.mul(e));
      scale.intoArray(scales, to);
      offset.intoArray(offsets, to);
      scale = (FloatVector) words.lanewise(LSHR, 16).and(0xff).convert(I2F, 0);
      scale = scale.mul(d);
      offset = (FloatVector) words.lanewise(LSHR, 24).convert(I2F, 0);
      offset = scale.mul(less).sub(offset.mul(e));
      scale.intoArray(scales, to + Packing.ROWS);
      offset.intoArray(offsets, to + Packing.ROWS);
    }
  }
}
