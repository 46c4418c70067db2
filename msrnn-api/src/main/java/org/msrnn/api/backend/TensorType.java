package org.msrnn.api.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Number formats of weights in files: a block of {@link #blockSize} numbers in {@link #blockBytes}
 * bytes, and how to decode it. Little-endian, as in GGUF and safetensors. This is the plain meaning
 * of a format; a backend has faster ways where they pay.
 */
public enum TensorType {
  /** 32-bit float. */
  F32(1, 4) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      into[index] = from.get(FLOAT, at);
    }
  },
  /** 16-bit IEEE float. */
  F16(1, 2) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      into[index] = half(from, at);
    }
  },
  /** The upper half of a 32-bit float. */
  BF16(1, 2) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      into[index] = Float.intBitsToFloat(from.get(SHORT, at) << 16);
    }
  },
  /** A 16-bit scale d, then 32 signed bytes q: d * q. */
  Q8_0(32, 34) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      float d = half(from, at);
      for (int i = 0; i < 32; i++) {
        into[index + i] = d * from.get(BYTE, at + 2 + i);
      }
    }
  },
  /** A 16-bit scale d, then 16 bytes: low nibbles are numbers 0-15, high 16-31: d * (q - 8). */
  Q4_0(32, 18) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      float d = half(from, at);
      for (int i = 0; i < 16; i++) {
        int pair = from.get(BYTE, at + 2 + i);
        into[index + i] = d * ((pair & 15) - 8);
        into[index + 16 + i] = d * ((pair >> 4 & 15) - 8);
      }
    }
  },
  /** A 16-bit scale d and offset m, then 16 bytes as in {@link #Q4_0}: d * q + m. */
  Q4_1(32, 20) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      float d = half(from, at);
      float m = half(from, at + 2);
      for (int i = 0; i < 16; i++) {
        int pair = from.get(BYTE, at + 4 + i);
        into[index + i] = d * (pair & 15) + m;
        into[index + 16 + i] = d * (pair >> 4 & 15) + m;
      }
    }
  },
  /**
   * A 16-bit scale d, a word whose bit i is bit 4 of number i, then 16 bytes as in {@link #Q4_0}: d
   * * (q - 16).
   */
  Q5_0(32, 22) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      float d = half(from, at);
      int high = from.get(INT, at + 2);
      for (int i = 0; i < 32; i++) {
        into[index + i] = d * (five(from, at + 6, high, i) - 16);
      }
    }
  },
  /** A 16-bit scale d and offset m, then word and bytes as in {@link #Q5_0}: d * q + m. */
  Q5_1(32, 24) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      float d = half(from, at);
      float m = half(from, at + 2);
      int high = from.get(INT, at + 4);
      for (int i = 0; i < 32; i++) {
        into[index + i] = d * five(from, at + 8, high, i) + m;
      }
    }
  },
  /**
   * Eight groups of 32: 16-bit d and e, 12 bytes of a 6-bit scale s and offset t a group, then 128
   * bytes: of each 32 of them, low nibbles are one group and high ones the next: d * s * q - e * t.
   */
  Q4_K(256, 144) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      for (int g = 0; g < 8; g++) {
        float d = half(from, at) * scale(from, at + 4, g);
        float m = half(from, at + 2) * offset(from, at + 4, g);
        for (int i = 0; i < 32; i++) {
          int pair = from.get(BYTE, at + 16 + g / 2 * 32L + i);
          into[index + 32 * g + i] = d * (pair >> 4 * (g & 1) & 15) - m;
        }
      }
    }
  },
  /**
   * As {@link #Q4_K}, with 32 bytes before the nibbles: bit g of byte i is bit 4 of number i of
   * group g.
   */
  Q5_K(256, 176) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      for (int g = 0; g < 8; g++) {
        float d = half(from, at) * scale(from, at + 4, g);
        float m = half(from, at + 2) * offset(from, at + 4, g);
        for (int i = 0; i < 32; i++) {
          int low = from.get(BYTE, at + 48 + g / 2 * 32L + i) >> 4 * (g & 1) & 15;
          int high = from.get(BYTE, at + 16 + i) >> g & 1;
          into[index + 32 * g + i] = d * (low | high << 4) - m;
        }
      }
    }
  },
  /**
   * Two halves of 128, each of 4 rows of 32, and a signed byte s for each 16: d * s * (q - 32).
   * First come the low four bits: 64 bytes a half, rows 0 and 1 in their low nibbles, 2 and 3 in
   * the high ones. Then 32 bytes a half, with bits 4 and 5 of row r at bit 2r; the 16 scales; and
   * d, 16 bits.
   */
  Q6_K(256, 210) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      float d = half(from, at + 208);
      for (int i = 0; i < 256; i++) {
        int part = i / 128;
        int row = i / 32 % 4;
        int low = from.get(BYTE, at + 64L * part + i % 64) >> 4 * (row / 2) & 15;
        int high = from.get(BYTE, at + 128 + 32L * part + i % 32) >> 2 * row & 3;
        int s = from.get(BYTE, at + 192 + i / 16);
        into[index + i] = d * s * ((low | high << 4) - 32);
      }
    }
  };

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int blockSize;
  private final int blockBytes;

  TensorType(int blockSize, int blockBytes) {
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  abstract void block(MemorySegment from, long at, float[] into, int index);

  private static float half(MemorySegment from, long at) {
    return Float.float16ToFloat(from.get(SHORT, at));
  }

  /** Number i of 32 with five bits: low ones in nibbles, the highest in a word. */
  private static int five(MemorySegment from, long nibbles, int high, int i) {
    int low = from.get(BYTE, nibbles + i % 16) >> i / 16 * 4 & 15;
    return low | (high >>> i & 1) << 4;
  }

  /**
   * The 6-bit scale of a group of {@link #Q4_K}. Bytes 0 to 3 begin with those of groups 0 to 3;
   * those of groups 4 to 7 have four bits in the low nibbles of bytes 8 to 11 and two at the top of
   * bytes 0 to 3.
   */
  private static int scale(MemorySegment from, long at, int group) {
    return group < 4
        ? from.get(BYTE, at + group) & 63
        : from.get(BYTE, at + 4 + group) & 15 | (from.get(BYTE, at + group - 4) & 0xc0) >> 2;
  }

  /** The 6-bit offset: as the scale, in bytes 4 to 7 and the high nibbles of bytes 8 to 11. */
  private static int offset(MemorySegment from, long at, int group) {
    return group < 4
        ? from.get(BYTE, at + 4 + group) & 63
        : from.get(BYTE, at + 4 + group) >> 4 & 15 | (from.get(BYTE, at + group) & 0xc0) >> 2;
  }

  /** Numbers in a block. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes of {@code numbers} numbers, a multiple of the block size.
   *
   * @throws ArithmeticException if they do not fit a long
   */
  public long bytes(long numbers) {
    return Math.multiplyExact(numbers / blockSize, (long) blockBytes);
  }

  /**
   * Decodes numbers.
   *
   * @param from encoded blocks
   * @param first index of the first number, a multiple of the block size
   * @param count how many, a multiple of the block size
   * @param into decoded numbers
   * @param index where in {@code into} to start
   */
  public void decode(MemorySegment from, long first, int count, float[] into, int index) {
    long at = first / blockSize * blockBytes;
    for (int i = 0; i < count; i += blockSize, at += blockBytes) {
      block(from, at, into, index + i);
    }
  }
}
