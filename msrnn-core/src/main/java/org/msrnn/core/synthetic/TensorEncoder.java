package org.msrnn.core.synthetic;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.backend.TensorType;

/**
 * Encodes numbers in the formats of weights, by the rules of ggml's reference quantisers. {@link
 * TensorType#decode} is the way back.
 */
public final class TensorEncoder {
  /** The formats that can be written. */
  public static final List<TensorType> TYPES =
      List.of(TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private TensorEncoder() {}

  /**
   * The type of that name, in any case.
   *
   * @throws InvalidOptionException if there is none, or it cannot be written
   */
  public static TensorType type(String name) {
    return TYPES.stream()
        .filter(type -> type.name().equals(name.strip().toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidOptionException(
                    "type",
                    "'" + name + "'",
                    TYPES.stream().map(Enum::name).collect(Collectors.joining(", "))));
  }

  /**
   * Encodes numbers.
   *
   * @param type one of {@link #TYPES}
   * @param numbers a multiple of the type's block
   * @param into as many bytes as they take
   */
  public static void encode(TensorType type, float[] numbers, MemorySegment into) {
    long at = 0;
    for (int i = 0; i < numbers.length; i += type.blockSize(), at += type.blockBytes()) {
      switch (type) {
        case F32 -> into.set(FLOAT, at, numbers[i]);
        case F16 -> into.set(SHORT, at, Float.floatToFloat16(numbers[i]));
        case BF16 -> into.set(SHORT, at, bf16(numbers[i]));
        case Q8_0 -> q8(numbers, i, into, at);
        case Q4_0 -> q4(numbers, i, into, at);
        default -> throw new IllegalArgumentException(type + " cannot be written");
      }
    }
  }

  /** The upper half, rounded to the nearest, ties to even. */
  private static short bf16(float number) {
    int bits = Float.floatToRawIntBits(number);
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /** The largest number in size becomes 127 or -127. */
  private static void q8(float[] numbers, int from, MemorySegment into, long at) {
    float d = Math.abs(largest(numbers, from)) / 127;
    into.set(SHORT, at, Float.floatToFloat16(d));
    float scale = d == 0 ? 0 : 1 / d;
    for (int i = 0; i < 32; i++) {
      float q = numbers[from + i] * scale;
      into.set(
          ValueLayout.JAVA_BYTE,
          at + 2 + i,
          (byte) Math.copySign(Math.floor(Math.abs(q) + 0.5), q));
    }
  }

  /** The largest number in size becomes -8, so that the other end of the range is 7 of 8. */
  private static void q4(float[] numbers, int from, MemorySegment into, long at) {
    float d = largest(numbers, from) / -8;
    into.set(SHORT, at, Float.floatToFloat16(d));
    float scale = d == 0 ? 0 : 1 / d;
    for (int i = 0; i < 16; i++) {
      int low = nibble(numbers[from + i] * scale);
      int high = nibble(numbers[from + 16 + i] * scale);
      into.set(ValueLayout.JAVA_BYTE, at + 2 + i, (byte) (low | high << 4));
    }
  }

  private static int nibble(float q) {
    return Math.min(15, (int) (q + 8.5f));
  }

  /** The number of a block that is largest in size, with its sign. */
  private static float largest(float[] numbers, int from) {
    float largest = 0;
    for (int i = from; i < from + 32; i++) {
      if (Math.abs(numbers[i]) > Math.abs(largest)) {
        largest = numbers[i];
      }
    }
    return largest;
  }
}
