package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.msrnn.api.backend.TensorType;

/** Takes the codes of neighbouring columns out of blocks of files, see {@link TensorType}. */
final class FileCodes {
  private static final ValueLayout.OfLong FILE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int LOW = 0x0f0f0f0f; // of each byte

  private FileCodes() {}

  /**
   * Eight nibbles, column i in the lower half of byte i; what is in the upper halves does not
   * count.
   *
   * @param at where the block starts
   * @param i which eight of its columns
   */
  static long nibbles(TensorType type, MemorySegment data, long at, int i) {
    return switch (type) {
      case Q4_0 -> data.get(FILE_LONG, at + 2 + 8L * (i & 1)) >>> 4 * (i >> 1);
      case Q4_1 -> data.get(FILE_LONG, at + 4 + 8L * (i & 1)) >>> 4 * (i >> 1);
      case Q4_K ->
          data.get(FILE_LONG, at + 16 + 32L * (i >> 3) + 8L * (i & 3)) >>> 4 * (i >> 2 & 1);
      default -> throw new IllegalArgumentException(type + " has no four bits");
    };
  }

  /**
   * Four signed bytes, column i in byte i: codes less 16 where they have five bits, less 32 where
   * they have six.
   *
   * @param at where the block starts
   * @param i which four of its columns
   */
  static int bytes(TensorType type, MemorySegment data, long at, int i) {
    return switch (type) {
      case Q8_0 -> data.get(Packing.FILE_INT, at + 2 + 4L * i);
      case Q5_0 -> five(data, at + 2, i);
      case Q5_1 -> five(data, at + 4, i);
      case Q5_K -> {
        int group = i >> 3;
        int low = data.get(Packing.FILE_INT, at + 48 + 32L * (group >> 1) + 4L * (i & 7));
        int high = data.get(Packing.FILE_INT, at + 16 + 4L * (i & 7)) >>> group;
        yield lessSixteen(low >>> 4 * (group & 1), high);
      }
      case Q6_K -> {
        int row = i >> 3 & 3;
        int half = i >> 5;
        int low = data.get(Packing.FILE_INT, at + 64L * half + 4L * (i & 15)) >>> 4 * (row >> 1);
        int high = data.get(Packing.FILE_INT, at + 128 + 32L * half + 4L * (i & 7)) >>> 2 * row;
        // bit 5 is at the top of those taken: less 32 is a change of its sign, and of all above
        yield low & LOW | (high & 0x01010101) << 4 | (~high >>> 1 & 0x01010101) * 0xe0;
      }
      default -> throw new IllegalArgumentException(type + " has no five bits or more");
    };
  }

  /** A word of fifth bits, then 16 bytes of nibbles. */
  private static int five(MemorySegment data, long at, int i) {
    int low = data.get(Packing.FILE_INT, at + 4 + 4L * (i & 3)) >>> 4 * (i >> 2);
    int high = data.get(Packing.FILE_INT, at) >>> 4 * i & 15;
    return lessSixteen(low, high * 0x00204081); // bit j to the bottom of byte j
  }

  /** Nibbles, and at the bottom of each byte a fifth bit: without it, all above it are ones. */
  private static int lessSixteen(int low, int high) {
    return low & LOW | (~high & 0x01010101) * 0xf0;
  }
}
