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
 * Encodes numbers in the formats of weights: those with blocks of up to 32 numbers by the rules of
 * ggml's reference quantisers, the others ({@link SuperBlocks}) by simpler ones. {@link
 * TensorType#decode} is the way back.
 */
public final class TensorEncoder {
  /** The formats that can be written. */
  public static final List<TensorType> TYPES = List.of(TensorType.values());

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
        case Q4_0 -> symmetric(numbers, i, 4, into, at);
        case Q4_1 -> offset(numbers, i, 4, into, at);
        case Q5_0 -> symmetric(numbers, i, 5, into, at);
        case Q5_1 -> offset(numbers, i, 5, into, at);
        case Q4_K -> SuperBlocks.q4(numbers, i, into, at);
        case Q5_K -> SuperBlocks.q5(numbers, i, into, at);
        case Q6_K -> SuperBlocks.q6(numbers, i, into, at);
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

  /**
   * Of four bits: the largest number in size becomes -8, so that the other end of the range is 7 of
   * 8. Of five: -16, and 15 of 16.
   */
  private static void symmetric(float[] numbers, int from, int bits, MemorySegment into, long at) {
    int half = 1 << bits - 1;
    float d = largest(numbers, from) / -half;
    into.set(SHORT, at, Float.floatToFloat16(d));
    codes(numbers, from, 0, d, half + 0.5f, bits, into, at + 2);
  }

  /** The least number becomes 0, the largest one the largest code. */
  private static void offset(float[] numbers, int from, int bits, MemorySegment into, long at) {
    float least = numbers[from];
    float most = least;
    for (int i = from; i < from + 32; i++) {
      least = Math.min(least, numbers[i]);
      most = Math.max(most, numbers[i]);
    }
    float d = (most - least) / ((1 << bits) - 1);
    into.set(SHORT, at, Float.floatToFloat16(d));
    into.set(SHORT, at + 2, Float.floatToFloat16(least));
    codes(numbers, from, least, d, 0.5f, bits, into, at + 4);
  }

  /** Fifth bits, if there are, in a word; then the others in nibbles. */
  private static void codes(
      float[] numbers,
      int from,
      float less,
      float d,
      float plus,
      int bits,
      MemorySegment into,
      long at) {
    float scale = d == 0 ? 0 : 1 / d;
    int most = (1 << bits) - 1;
    int high = 0;
    long nibbles = bits == 5 ? at + Integer.BYTES : at;
    for (int i = 0; i < 16; i++) {
      int q = Math.min(most, (int) Math.fma(numbers[from + i] - less, scale, plus));
      int r = Math.min(most, (int) Math.fma(numbers[from + 16 + i] - less, scale, plus));
      high |= q >> 4 << i | r >> 4 << 16 + i;
      into.set(ValueLayout.JAVA_BYTE, nibbles + i, (byte) (q & 15 | r << 4));
    }
    if (bits == 5) {
      into.set(INT, at, high);
    }
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
