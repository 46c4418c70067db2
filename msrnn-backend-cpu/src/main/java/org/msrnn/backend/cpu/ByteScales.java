package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * For each 256 columns a 16-bit number d in a word of its own, for each 16 of them a signed byte s,
 * in words of four neighbours: d * s.
 */
record ByteScales() implements BlockScales {
  private static final int BLOCK = 16;
  private static final int BLOCKS = SUPER_BLOCK / BLOCK;
  private static final long WORDS = 1 + BLOCKS / 4;
  private static final int FILE_SCALES = 192 / 2; // where a block of a file has them, and then d

  @Override
  public int block() {
    return BLOCK;
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
        int at = (int) (b * WORDS) * Packing.ROWS + r;
        int from = rows.block(r, b) + FILE_SCALES;
        int d = Half.stored(rows.file[from + BLOCKS / 2]) & 0xffff;
        rows.scales[at] = d;
        fit &= Half.fit(d);
        for (int i = 1; i < WORDS; i++) {
          rows.scales[at + i * Packing.ROWS] = rows.four(from + 2 * (i - 1));
        }
      }
    }
    return fit;
  }

  @Override
  public float scale(MemorySegment from, long group, int block, int row) {
    long word = block / BLOCKS * WORDS;
    int four = Packing.word(from, group, word + 1 + block % BLOCKS / 4, row);
    return Half.number(Packing.word(from, group, word, row)) * (byte) (four >>> 8 * (block % 4));
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
    for (int i = 0; i < (end - first) / 2; i++) { // four blocks of one vector, then of the other
      int b = first + i / 2 * 4;
      int vector = i & 1;
      long p = group + b / BLOCKS * WORDS * Packing.STEP + vector * Simd.BYTES;
      IntVector halves = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      halves = halves.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector d = halves.reinterpretAsFloats().mul(Half.TO_FLOAT);
      p += (1 + b % BLOCKS / 4) * Packing.STEP;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      int to = (b - first) * Packing.ROWS + vector * Simd.WIDTH;
      FloatVector s0 = (FloatVector) words.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0);
      s0 = s0.mul(d);
      s0.intoArray(scales, to);
      FloatVector s1 = (FloatVector) words.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0);
      s1 = s1.mul(d);
      s1.intoArray(scales, to + Packing.ROWS);
      FloatVector s2 = (FloatVector) words.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0);
      s2 = s2.mul(d);
      s2.intoArray(scales, to + 2 * Packing.ROWS);
      FloatVector s3 = (FloatVector) words.lanewise(ASHR, 24).convert(I2F, 0);
      s3 = s3.mul(d);
      s3.intoArray(scales, to + 3 * Packing.ROWS);
    }
  }
}
