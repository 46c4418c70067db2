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
      into[index] = Float.float16ToFloat(from.get(SHORT, at));
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
      float d = Float.float16ToFloat(from.get(SHORT, at));
      for (int i = 0; i < 32; i++) {
        into[index + i] = d * from.get(ValueLayout.JAVA_BYTE, at + 2 + i);
      }
    }
  },
  /** A 16-bit scale d, then 16 bytes: low nibbles are numbers 0-15, high 16-31: d * (q - 8). */
  Q4_0(32, 18) {
    @Override
    void block(MemorySegment from, long at, float[] into, int index) {
      float d = Float.float16ToFloat(from.get(SHORT, at));
      for (int i = 0; i < 16; i++) {
        int pair = from.get(ValueLayout.JAVA_BYTE, at + 2 + i);
        into[index + i] = d * ((pair & 15) - 8);
        into[index + 16 + i] = d * ((pair >> 4 & 15) - 8);
      }
    }
  };

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int blockSize;
  private final int blockBytes;

  TensorType(int blockSize, int blockBytes) {
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  abstract void block(MemorySegment from, long at, float[] into, int index);

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
