package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;

/**
 * The scales of a group of rows whose blocks of 32 columns have a 16-bit scale each: they come
 * before the group's numbers, a vector for two neighbouring blocks, the first one's scales in the
 * lower halves of its words. So a scale takes two bytes, as in files.
 */
final class BlockScales {
  private BlockScales() {}

  /** Bytes of the scales of a group. */
  static long bytes(int columns) {
    return (columns / Packing.BLOCK + 1) / 2 * Simd.BYTES;
  }

  /**
   * Packs the scales of a group's rows, each of which stands before its block in the file.
   *
   * @param row the first one
   * @return whether all fit, see {@link Half}
   */
  static boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long group) {
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

  /** The scale of a block of one row. */
  static float get(MemorySegment from, long group, int block, int lane) {
    return Half.number(Packing.word(from, group, block / 2, lane) >>> 16 * (block & 1));
  }

  /** Decodes the scales of all blocks of some groups, {@code [group][block][lane]}. */
  static void decode(
      MemorySegment from, long at, long groupBytes, int groups, int blocks, float[] into) {
    for (int g = 0; g < groups; g++) {
      decode(from, at + g * groupBytes, 0, blocks, into, g * blocks * Simd.WIDTH);
    }
  }

  /**
   * Decodes the scales of some blocks of a group, a vector a block.
   *
   * @param first first block, even
   * @param end end of the blocks
   * @param into from {@code intoAt} on, with room for one more block than there are
   */
  static void decode(MemorySegment from, long group, int first, int end, float[] into, int intoAt) {
    long at = group + first / 2 * Simd.BYTES;
    for (int b = 0; b < end - first; b += 2) {
      IntVector words = Simd.ints(from, at + b / 2 * Simd.BYTES);
      FloatVector even = Half.lower(words);
      even.intoArray(into, intoAt + b * Simd.WIDTH);
      Half.upper(words).intoArray(into, intoAt + (b + 1) * Simd.WIDTH);
    }
  }
}
