package org.msrnn.api.backend;

/**
 * Number formats of stored keys and values. {@link #round} is the plain meaning of a format;
 * backends store what it gives, to the bit. Rounding is to the nearest number that the format has,
 * ties to the even one; a finite number beyond its range becomes the largest one, so that an
 * overflow never looks like an infinite key, which would take all of a state's weight or give it
 * all. Infinities and NaN are not made finite, but may become each other. What was rounded once
 * stays the same when it is rounded again: states are copied and saved by it.
 */
public enum KvType {
  /** 32-bit float. */
  F32(32, 0) {
    @Override
    void block(float[] numbers, int at, int count) {
      // as it is
    }
  },
  /** 16-bit IEEE float. */
  F16(16, 0) {
    @Override
    void block(float[] numbers, int at, int count) {
      for (int i = at; i < at + count; i++) {
        numbers[i] = half(numbers[i]);
      }
    }
  },
  /** The upper half of a 32-bit float. */
  BF16(16, 0) {
    @Override
    void block(float[] numbers, int at, int count) {
      for (int i = at; i < at + count; i++) {
        if (Float.isFinite(numbers[i])) {
          int bits = Float.floatToIntBits(within(numbers[i], LARGEST_BF16));
          int odd = bits >>> 16 & 1;
          numbers[i] = Float.intBitsToFloat(bits + 0x7fff + odd & 0xffff0000);
        }
      }
    }
  },
  /**
   * 8-bit integers q with one 16-bit scale d for each 32 numbers of a head, the last block of a
   * head being shorter where 32 does not divide its size. With u the largest magnitude / 127, q is
   * x / u, rounded, and d is u as F16: so the largest has q = 127, and what was read and is stored
   * again does not change.
   */
  Q8_0(8, 16) {
    @Override
    void block(float[] numbers, int at, int count) {
      float largest = 0;
      for (int i = at; i < at + count; i++) {
        largest = Math.max(largest, Math.abs(numbers[i]));
      }
      float unit = Float.isFinite(largest) ? Math.min(largest / 127, LARGEST_F16) : largest;
      float d = half(unit);
      for (int i = at; i < at + count; i++) {
        double q = Math.clamp(Math.rint(numbers[i] / unit), -127, 127);
        numbers[i] = d == 0 ? 0 : d * (byte) q;
      }
    }
  };

  /** Numbers of a head that share a scale, in formats that have one. */
  public static final int BLOCK = 32;

  private static final float LARGEST_F16 = 65_504;
  private static final float LARGEST_BF16 = 0x1.fep127f;

  private final int bits;
  private final int scaleBits;

  KvType(int bits, int scaleBits) {
    this.bits = bits;
    this.scaleBits = scaleBits;
  }

  abstract void block(float[] numbers, int at, int count);

  private static float half(float x) {
    float inside = Float.isFinite(x) ? within(x, LARGEST_F16) : x;
    return Float.float16ToFloat(Float.floatToFloat16(inside));
  }

  private static float within(float x, float largest) {
    return Math.clamp(x, -largest, largest);
  }

  /**
   * Makes of one head's key or value what is read back after it was stored.
   *
   * @param numbers the numbers, from {@code at}
   * @param headSize how many
   */
  public void round(float[] numbers, int at, int headSize) {
    for (int b = 0; b < headSize; b += BLOCK) {
      block(numbers, at + b, Math.min(BLOCK, headSize - b));
    }
  }

  /**
   * Bytes that keys or values take.
   *
   * @param vectors how many
   * @param headSize numbers of each
   * @throws ArithmeticException if they do not fit a long
   */
  public long bytes(long vectors, int headSize) {
    long blocks = (headSize + BLOCK - 1L) / BLOCK;
    return Math.multiplyExact(vectors, ((long) headSize * bits + blocks * scaleBits) / Byte.SIZE);
  }
}
