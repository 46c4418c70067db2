package org.msrnn.core.synthetic;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.msrnn.api.backend.TensorType;

/**
 * Encodes blocks of 256 numbers, whose groups have scales that are small integers themselves. Each
 * group's range is taken as it is and its scale rounded up, so that no number is cut off; ggml's
 * quantisers search for scales of least error instead. {@link TensorType} has the layouts.
 */
final class SuperBlocks {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int BLOCK = 256;
  private static final int GROUPS = 8;
  private static final int GROUP = BLOCK / GROUPS;
  private static final int MOST = 63; // of 6 bits

  private SuperBlocks() {}

  static void q4(float[] numbers, int from, MemorySegment into, long at) {
    int[] codes = offsets(numbers, from, 15, into, at);
    nibbles(codes, into, at + 16);
  }

  static void q5(float[] numbers, int from, MemorySegment into, long at) {
    int[] codes = offsets(numbers, from, 31, into, at);
    for (int i = 0; i < GROUP; i++) {
      int high = 0;
      for (int g = 0; g < GROUPS; g++) {
        high |= codes[GROUP * g + i] >> 4 << g;
      }
      into.set(BYTE, at + 16 + i, (byte) high);
    }
    nibbles(codes, into, at + 48);
  }

  /** Writes scales and offsets, which are common to Q4_K and Q5_K, and gives the codes. */
  private static int[] offsets(float[] numbers, int from, int top, MemorySegment into, long at) {
    float[] below = new float[GROUPS];
    float lowest = 0;
    for (int g = 0; g < GROUPS; g++) {
      for (int i = from + GROUP * g; i < from + GROUP * (g + 1); i++) {
        below[g] = Math.max(below[g], -numbers[i]);
      }
      lowest = Math.max(lowest, below[g]);
    }
    float e = half(lowest / MOST, into, at + 2);
    int[] offsets = new int[GROUPS];
    float[] steps = new float[GROUPS];
    float largest = 0;
    for (int g = 0; g < GROUPS; g++) {
      offsets[g] = up(below[g], e);
      for (int i = from + GROUP * g; i < from + GROUP * (g + 1); i++) {
        steps[g] = Math.max(steps[g], (numbers[i] + e * offsets[g]) / top);
      }
      largest = Math.max(largest, steps[g]);
    }
    float d = half(largest / MOST, into, at);
    int[] codes = new int[BLOCK];
    for (int g = 0; g < GROUPS; g++) {
      int scale = up(steps[g], d);
      pair(scale, offsets[g], g, into, at + 4);
      for (int i = GROUP * g; i < GROUP * (g + 1); i++) {
        codes[i] = code(numbers[from + i] + e * offsets[g], d * scale, 0, top);
      }
    }
    return codes;
  }

  static void q6(float[] numbers, int from, MemorySegment into, long at) {
    int group = 16;
    float[] steps = new float[BLOCK / group];
    float largest = 0;
    for (int g = 0; g < steps.length; g++) {
      for (int i = from + group * g; i < from + group * (g + 1); i++) {
        if (Math.abs(numbers[i]) > 32 * Math.abs(steps[g])) {
          steps[g] = numbers[i] / -32; // the largest number becomes -32
        }
      }
      largest = Math.max(largest, Math.abs(steps[g]));
    }
    float d = half(largest / 127, into, at + 208);
    int[] codes = new int[BLOCK];
    for (int g = 0; g < steps.length; g++) {
      int scale = d == 0 ? 0 : (int) Math.min(127, Math.ceil(Math.abs(steps[g]) / d));
      scale = steps[g] < 0 ? -scale : scale;
      into.set(BYTE, at + 192 + g, (byte) scale);
      for (int i = group * g; i < group * (g + 1); i++) {
        codes[i] = code(numbers[from + i], d * scale, 32, 63);
      }
    }
    for (int part = 0; part < 2; part++) {
      for (int i = 0; i < 64; i++) {
        int c = 128 * part + i;
        into.set(BYTE, at + 64L * part + i, (byte) (codes[c] & 15 | (codes[c + 64] & 15) << 4));
      }
      for (int i = 0; i < 32; i++) {
        int high = 0;
        for (int row = 0; row < 4; row++) {
          high |= codes[128 * part + 32 * row + i] >> 4 << 2 * row;
        }
        into.set(BYTE, at + 128 + 32L * part + i, (byte) high);
      }
    }
  }

  /** Two groups a 32 bytes, the first one in the low nibbles. */
  private static void nibbles(int[] codes, MemorySegment into, long at) {
    for (int g = 0; g < GROUPS; g += 2) {
      for (int i = 0; i < GROUP; i++) {
        int low = codes[GROUP * g + i] & 15;
        int high = codes[GROUP * (g + 1) + i] & 15;
        into.set(BYTE, at + (long) GROUP * (g / 2) + i, (byte) (low | high << 4));
      }
    }
  }

  /** Sets the scale and the offset of a group among twelve bytes, groups one after the other. */
  private static void pair(int scale, int offset, int group, MemorySegment into, long at) {
    if (group < 4) {
      into.set(BYTE, at + group, (byte) scale);
      into.set(BYTE, at + 4 + group, (byte) offset);
    } else {
      into.set(BYTE, at + 4 + group, (byte) (scale & 15 | offset << 4));
      or(into, at + group - 4, scale >> 4 << 6);
      or(into, at + group, offset >> 4 << 6);
    }
  }

  private static void or(MemorySegment into, long at, int bits) {
    into.set(BYTE, at, (byte) (into.get(BYTE, at) | bits));
  }

  /** Writes a number in 16 bits, and gives what it is then. */
  private static float half(float number, MemorySegment into, long at) {
    short half = Float.floatToFloat16(number);
    into.set(SHORT, at, half);
    return Float.float16ToFloat(half);
  }

  /** How many of a unit cover a number, as far as six bits go. */
  private static int up(float number, float unit) {
    return unit == 0 ? 0 : (int) Math.min(MOST, Math.ceil(number / unit));
  }

  private static int code(float number, float step, int zero, int top) {
    return step == 0 ? zero : Math.clamp(Math.round(number / step) + zero, 0, top);
  }
}
