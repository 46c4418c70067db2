package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;

/**
 * A 16-bit scale for each 32 columns, which stands before the block in files: a vector for two
 * neighbouring blocks, the first one's scales in the lower halves of its words.
 */
record HalfScales() implements BlockScales {
  @Override
  public long bytes(int columns) {
    return (columns / Packing.BLOCK + 1) / 2 * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long group) {
    MemorySegment data = tensor.data();
    int blocks = tensor.columns() / Packing.BLOCK;
    long blockBytes = tensor.type().blockBytes();
    for (int b = 0; b < blocks; b += 2) {
      for (int r = 0; r < rows; r++) {
        long p = ((long) (row + r) * blocks + b) * blockBytes;
        int scale = data.get(Packing.FILE_SHORT, p) & 0xffff;
        int next = b + 1 < blocks ? data.get(Packing.FILE_SHORT, p + blockBytes) : 0;
        Packing.word(into, group, b / 2, r, scale | next << 16);
      }
    }
    return Half.enlarge(into, group, bytes(tensor.columns()));
  }

  @Override
  public float scale(MemorySegment from, long group, int block, int lane) {
    return Half.number(Packing.word(from, group, block / 2, lane) >>> 16 * (block & 1));
  }

  @Override
  public void decode(
      MemorySegment from,
      long group,
      int first,
      int end,
      float less,
      float[] scales,
      float[] offsets,
      int at) {
    long p = group + first / 2 * Simd.BYTES;
    for (int b = 0; b < end - first; b += 2) {
      IntVector words = Simd.ints(from, p + b / 2 * Simd.BYTES);
      FloatVector even = Half.lower(words);
      even.intoArray(scales, at + b * Simd.WIDTH);
      Half.upper(words).intoArray(scales, at + (b + 1) * Simd.WIDTH);
    }
  }
}
