package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.msrnn.api.backend.TensorType;

/** Takes the codes of a row out of a block of a file, see {@link TensorType}, into its lane. */
final class FileCodes {
  private static final ValueLayout.OfLong FILE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_NIBBLES = 0x0f0f0f0f0f0f0f0fL; // of each byte
  private static final long PAIRS = 0x00ff00ff00ff00ffL; // of nibbles, a byte of each 16 bits
  private static final int LOW = (int) LOW_NIBBLES;
  private static final int LOWEST = 0x01010101; // bit of each byte

  private FileCodes() {}

  /**
   * Words of eight nibbles; {@link #nibble} says where a column stands.
   *
   * @param block where the block of the file starts
   * @param at where the lane's first word goes
   */
  static void nibbles(
      TensorType type, MemorySegment data, long block, MemorySegment into, long at) {
    switch (type) {
      case Q4_0 -> fours(data, block + 2, into, at);
      case Q4_1 -> fours(data, block + 4, into, at);
      case Q4_K -> {
        for (int i = 0; i < 16; i++) { // eight bytes with as many columns of two groups
          long both = data.get(FILE_LONG, block + 16 + 8L * i);
          long q = at + (i / 4 * 8 + i % 4) * Simd.BYTES;
          into.set(ValueLayout.JAVA_INT, q, eight(both));
          into.set(ValueLayout.JAVA_INT, q + 4 * Simd.BYTES, eight(both >>> 4));
        }
      }
      default -> throw new IllegalArgumentException(type + " has no four bits");
    }
  }

  /** 16 bytes: low nibbles are columns 0 to 15, high ones 16 to 31. */
  private static void fours(MemorySegment data, long from, MemorySegment into, long at) {
    long left = data.get(FILE_LONG, from);
    long right = data.get(FILE_LONG, from + 8);
    into.set(ValueLayout.JAVA_INT, at, eight(left));
    into.set(ValueLayout.JAVA_INT, at + Simd.BYTES, eight(right));
    into.set(ValueLayout.JAVA_INT, at + 2 * Simd.BYTES, eight(left >>> 4));
    into.set(ValueLayout.JAVA_INT, at + 3 * Simd.BYTES, eight(right >>> 4));
  }

  /**
   * Where a column stands in its word, in nibbles: two apart are 16 bits apart, see {@link Inputs}.
   */
  static int nibble(int column) {
    return column & 1 | (column & 4) >> 1 | (column & 2) << 1;
  }

  /** A word of the eight columns in the lower halves of bytes. */
  private static int eight(long bytes) {
    long numbers = bytes & LOW_NIBBLES;
    long pairs = (numbers | numbers >>> 4) & PAIRS; // columns 0 and 1, 2 and 3, ...
    return (int) (pairs | pairs >>> 24);
  }

  /**
   * Words of four signed bytes, the first column below: codes less 16 where they have five bits,
   * less 32 where they have six.
   *
   * @param block where the block of the file starts
   * @param at where the lane's first word goes
   */
  static void bytes(TensorType type, MemorySegment data, long block, MemorySegment into, long at) {
    switch (type) {
      case Q8_0 -> {
        for (int i = 0; i < 8; i++) {
          int four = data.get(Packing.FILE_INT, block + 2 + 4L * i);
          into.set(ValueLayout.JAVA_INT, at + i * Simd.BYTES, four);
        }
      }
      case Q5_0 -> fives(data, block + 2, into, at);
      case Q5_1 -> fives(data, block + 4, into, at);
      case Q5_K -> {
        for (int i = 0; i < 8; i++) { // four bytes with as many columns of all groups
          int high = data.get(Packing.FILE_INT, block + 16 + 4L * i);
          for (int pair = 0; pair < 4; pair++) {
            int low = data.get(Packing.FILE_INT, block + 48 + 32L * pair + 4L * i);
            long q = at + (16 * pair + i) * Simd.BYTES;
            into.set(ValueLayout.JAVA_INT, q, five(low, high >>> 2 * pair));
            int next = five(low >>> 4, high >>> 2 * pair + 1);
            into.set(ValueLayout.JAVA_INT, q + 8 * Simd.BYTES, next);
          }
        }
      }
      case Q6_K -> {
        for (int i = 0; i < 16; i++) { // four bytes with as many columns of four rows
          long part = i / 8;
          int high = data.get(Packing.FILE_INT, block + 128 + 4L * i);
          int low = data.get(Packing.FILE_INT, block + 64 * part + 4L * (i % 8));
          int second = data.get(Packing.FILE_INT, block + 64 * part + 32 + 4L * (i % 8));
          long q = at + (32 * part + i % 8) * Simd.BYTES;
          into.set(ValueLayout.JAVA_INT, q, six(low, high));
          into.set(ValueLayout.JAVA_INT, q + 8 * Simd.BYTES, six(second, high >>> 2));
          into.set(ValueLayout.JAVA_INT, q + 16 * Simd.BYTES, six(low >>> 4, high >>> 4));
          into.set(ValueLayout.JAVA_INT, q + 24 * Simd.BYTES, six(second >>> 4, high >>> 6));
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
      long q = at + i * Simd.BYTES;
      into.set(ValueLayout.JAVA_INT, q, five(both, spread(high >>> 4 * i)));
      int next = five(both >>> 4, spread(high >>> 16 + 4 * i));
      into.set(ValueLayout.JAVA_INT, q + 4 * Simd.BYTES, next);
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
