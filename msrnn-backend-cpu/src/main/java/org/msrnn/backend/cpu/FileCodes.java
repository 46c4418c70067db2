package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.msrnn.api.backend.TensorType;

/** Takes the codes of a row out of a block of a file, see {@link TensorType}, into its group. */
final class FileCodes {
  private static final int LOW = 0x0f0f0f0f; // of each byte
  private static final int LOWEST = 0x01010101; // bit of each byte

  private FileCodes() {}

  /**
   * Words of eight nibbles: of each block of 32 columns, four neighbours of its first half in the
   * lower half of a word, and of its second half in the upper one.
   *
   * @param block where the block of the file starts
   * @param at where the row's first word goes
   */
  static void nibbles(
      TensorType type, MemorySegment data, long block, MemorySegment into, long at) {
    switch (type) {
      case Q4_0 -> fours(data, block + 2, into, at);
      case Q4_1 -> fours(data, block + 4, into, at);
      case Q4_K -> {
        for (int i = 0; i < 16; i++) { // four bytes of 32 with as many columns of two blocks
          long p = block + 16 + i / 4 * 32L + i % 4 * 4L;
          int left = data.get(Packing.FILE_INT, p);
          int right = data.get(Packing.FILE_INT, p + 16);
          long q = at + (i / 4 * 8 + i % 4) * Packing.STEP;
          into.set(ValueLayout.JAVA_INT, q, eight(left, right));
          into.set(ValueLayout.JAVA_INT, q + 4 * Packing.STEP, eight(left >>> 4, right >>> 4));
        }
      }
      default -> throw new IllegalArgumentException(type + " has no four bits");
    }
  }

  /** 16 bytes: low nibbles are columns 0 to 15, high ones 16 to 31. */
  private static void fours(MemorySegment data, long from, MemorySegment into, long at) {
    for (int i = 0; i < 4; i++) {
      int both = data.get(Packing.FILE_INT, from + 4L * i);
      into.set(ValueLayout.JAVA_INT, at + i * Packing.STEP, eight(both, both >>> 4));
    }
  }

  /** A word of the low nibbles of four bytes, and of four more. */
  private static int eight(int left, int right) {
    long nibbles = left & LOW | (long) (right & LOW) << 32;
    nibbles = (nibbles | nibbles >>> 4) & 0x00ff00ff00ff00ffL; // two in each 16 bits
    nibbles |= nibbles >>> 8; // four in each 32
    return (int) (nibbles & 0xffff | nibbles >>> 16 & 0xffff0000L);
  }

  /**
   * Words of four signed bytes, the first column below: codes less 16 where they have five bits,
   * less 32 where they have six.
   *
   * @param block where the block of the file starts
   * @param at where the row's first word goes
   */
  static void bytes(TensorType type, MemorySegment data, long block, MemorySegment into, long at) {
    switch (type) {
      case Q8_0 -> {
        for (int i = 0; i < 8; i++) {
          int four = data.get(Packing.FILE_INT, block + 2 + 4L * i);
          into.set(ValueLayout.JAVA_INT, at + i * Packing.STEP, four);
        }
      }
      case Q5_0 -> fives(data, block + 2, into, at);
      case Q5_1 -> fives(data, block + 4, into, at);
      case Q5_K -> {
        for (int i = 0; i < 8; i++) { // four bytes with as many columns of all groups
          int high = data.get(Packing.FILE_INT, block + 16 + 4L * i);
          for (int pair = 0; pair < 4; pair++) {
            int low = data.get(Packing.FILE_INT, block + 48 + 32L * pair + 4L * i);
            long q = at + (16 * pair + i) * Packing.STEP;
            into.set(ValueLayout.JAVA_INT, q, five(low, high >>> 2 * pair));
            int next = five(low >>> 4, high >>> 2 * pair + 1);
            into.set(ValueLayout.JAVA_INT, q + 8 * Packing.STEP, next);
          }
        }
      }
      case Q6_K -> {
        for (int i = 0; i < 16; i++) { // four bytes with as many columns of four rows
          long part = i / 8;
          int high = data.get(Packing.FILE_INT, block + 128 + 4L * i);
          int low = data.get(Packing.FILE_INT, block + 64 * part + 4L * (i % 8));
          int second = data.get(Packing.FILE_INT, block + 64 * part + 32 + 4L * (i % 8));
          long q = at + (32 * part + i % 8) * Packing.STEP;
          into.set(ValueLayout.JAVA_INT, q, six(low, high));
          into.set(ValueLayout.JAVA_INT, q + 8 * Packing.STEP, six(second, high >>> 2));
          into.set(ValueLayout.JAVA_INT, q + 16 * Packing.STEP, six(low >>> 4, high >>> 4));
          into.set(ValueLayout.JAVA_INT, q + 24 * Packing.STEP, six(second >>> 4, high >>> 6));
        }
      }
      default -> throw new IllegalArgumentException(type + " has no five bits or more");
    }
  }

  /** A word of fifth bits, then 16 bytes: low nibbles are columns 0 to 15, high ones 16 to 31. */
  private static void fives(MemorySegment data, long from, MemorySegment into, long at) {
    int high = data.get(Packing.FILE_INT, from);
    for (int i = 0; i < 4; i++) {
      int both = data.get(Packing.FILE_INT, from + 4 + 4L * i);
      long q = at + i * Packing.STEP;
      into.set(ValueLayout.JAVA_INT, q, five(both, spread(high >>> 4 * i)));
      int next = five(both >>> 4, spread(high >>> 16 + 4 * i));
      into.set(ValueLayout.JAVA_INT, q + 4 * Packing.STEP, next);
    }
  }

  /** Of four bits, bit j to the bottom of byte j. */
  private static int spread(int bits) {
    return (bits & 15) * 0x00204081;
  }

  /** Nibbles, and at the bottom of each byte a fifth bit: without it, all above it are ones. */
  private static int five(int low, int high) {
    return low & LOW | (~high & LOWEST) * 0xf0;
  }

  /**
   * Nibbles, and at the bottom of each byte bits 4 and 5: without the latter, all above are ones.
   */
  private static int six(int low, int high) {
    return low & LOW | (high & LOWEST) << 4 | (~high >>> 1 & LOWEST) * 0xe0;
  }
}
