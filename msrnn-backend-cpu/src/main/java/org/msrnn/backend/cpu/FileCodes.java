package org.msrnn.backend.cpu;

/** Takes the codes out of the blocks of a file, see {@link org.msrnn.api.backend.TensorType}. */
final class FileCodes {
  private static final int STEP = Packing.ROWS; // from a word of a row to its next one
  private static final int LOW = 0x0f0f0f0f; // of each byte
  private static final int LOWEST = 0x01010101; // bit of each byte

  private FileCodes() {}

  /**
   * Packs codes as words: of eight nibbles where they have four bits, else of four signed bytes,
   * see {@link NibblePacking} and {@link BytePacking}. Those of five bits are less 16, of six less
   * 32.
   */
  static void pack(FileRows rows) {
    int words = rows.type().blockSize() / codes(rows);
    for (int b = 0; b < rows.blocks(); b++) {
      for (int r = 0; r < Packing.ROWS; r++) {
        int block = rows.block(r, b);
        int at = b * words * STEP + r;
        switch (rows.type()) {
          case Q8_0 -> eights(rows, block + 1, at);
          case Q4_0 -> fours(rows, block + 1, at);
          case Q4_1 -> fours(rows, block + 2, at);
          case Q4_K -> superFours(rows, block, at);
          case Q5_0 -> fives(rows, block + 1, at);
          case Q5_1 -> fives(rows, block + 2, at);
          case Q5_K -> superFives(rows, block, at);
          case Q6_K -> superSixes(rows, block, at);
          case F32, F16, BF16 -> throw new IllegalArgumentException(rows.type() + " has no codes");
        }
      }
    }
  }

  /** Codes of a word. */
  private static int codes(FileRows rows) {
    return switch (rows.type()) {
      case Q4_0, Q4_1, Q4_K -> 8;
      default -> 4;
    };
  }

  private static void eights(FileRows rows, int from, int at) {
    for (int i = 0; i < 8; i++) {
      rows.words[at + i * STEP] = rows.four(from + 2 * i);
    }
  }

  /** 16 bytes: low nibbles are columns 0 to 15, high ones 16 to 31. */
  private static void fours(FileRows rows, int from, int at) {
    for (int i = 0; i < 4; i++) {
      int both = rows.four(from + 2 * i);
      rows.words[at + i * STEP] = eight(both, both >>> 4);
    }
  }

  /** Four bytes of 32 with as many columns of two blocks. */
  private static void superFours(FileRows rows, int block, int at) {
    for (int i = 0; i < 16; i++) {
      int from = block + 8 + i / 4 * 16 + i % 4 * 2;
      int left = rows.four(from);
      int right = rows.four(from + 8);
      int to = at + (i / 4 * 8 + i % 4) * STEP;
      rows.words[to] = eight(left, right);
      rows.words[to + 4 * STEP] = eight(left >>> 4, right >>> 4);
    }
  }

  /**
   * A word of the low nibbles of four bytes, and of four more: of each block of 32 columns, four
   * neighbours of its first half are in the lower half of a word, of its second one in the upper.
   */
  private static int eight(int left, int right) {
    long nibbles = left & LOW | (long) (right & LOW) << 32;
    nibbles = (nibbles | nibbles >>> 4) & 0x00ff00ff00ff00ffL; // two in each 16 bits
    nibbles |= nibbles >>> 8; // four in each 32
    return (int) (nibbles & 0xffff | nibbles >>> 16 & 0xffff0000L);
  }

  /** A word of fifth bits, then 16 bytes: low nibbles are columns 0 to 15, high ones 16 to 31. */
  private static void fives(FileRows rows, int from, int at) {
    int high = rows.four(from);
    for (int i = 0; i < 4; i++) {
      int both = rows.four(from + 2 + 2 * i);
      rows.words[at + i * STEP] = five(both, spread(high >>> 4 * i));
      rows.words[at + (4 + i) * STEP] = five(both >>> 4, spread(high >>> 16 + 4 * i));
    }
  }

  /** Fifth bits: four bytes with as many columns of all blocks. */
  private static void superFives(FileRows rows, int block, int at) {
    for (int i = 0; i < 8; i++) {
      int high = rows.four(block + 8 + 2 * i);
      for (int pair = 0; pair < 4; pair++) {
        int low = rows.four(block + 24 + 16 * pair + 2 * i);
        int to = at + (16 * pair + i) * STEP;
        rows.words[to] = five(low, high >>> 2 * pair);
        rows.words[to + 8 * STEP] = five(low >>> 4, high >>> 2 * pair + 1);
      }
    }
  }

  /** Upper bits: four bytes with as many columns of four rows. */
  private static void superSixes(FileRows rows, int block, int at) {
    for (int i = 0; i < 16; i++) {
      int part = i / 8;
      int high = rows.four(block + 64 + 2 * i);
      int low = rows.four(block + 32 * part + 2 * (i % 8));
      int second = rows.four(block + 32 * part + 16 + 2 * (i % 8));
      int to = at + (32 * part + i % 8) * STEP;
      rows.words[to] = six(low, high);
      rows.words[to + 8 * STEP] = six(second, high >>> 2);
      rows.words[to + 16 * STEP] = six(low >>> 4, high >>> 4);
      rows.words[to + 24 * STEP] = six(second >>> 4, high >>> 6);
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
