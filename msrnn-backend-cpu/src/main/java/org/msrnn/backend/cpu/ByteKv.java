package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values as bytes, four a word, with a scale for each block of 32 numbers of a head. A
 * scale has the precision of an F16 but is kept as a float, {@code [block][slot]}, behind the bytes
 * of a tile. Loops do the lower, then the upper half of all words.
 */
record ByteKv() implements KvPacking {
  private static final int BLOCK = 32; // a multiple of two vectors
  private static final int MOST = 127;
  private static final float LARGEST_SCALE = 65_504;

  @Override
  public int group() {
    return 4 * Simd.WIDTH;
  }

  private static long scaleBytes(int headSize) {
    return (headSize + BLOCK - 1L) / BLOCK * 4 * Simd.BYTES;
  }

  @Override
  public long keyBytes(int headSize) {
    return headSize * Simd.BYTES + scaleBytes(headSize);
  }

  @Override
  public long valueBytes(int headSize) {
    return padded(headSize) * Simd.BYTES + scaleBytes(headSize);
  }

  /** Where the scale of a number's block lies among the scales of a tile. */
  private static long scaleAt(int number, int slot) {
    return number / BLOCK * (4 * Simd.BYTES) + slot * 4L;
  }

  /** What the numbers of a block are divided by; its nearest F16 is what is kept. */
  private static float unit(float[] from, int at, int count) {
    float most = 0;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, Math.abs(from[at + i]));
    }
    return Float.isFinite(most) ? Math.min(most / MOST, LARGEST_SCALE) : most;
  }

  private static float scale(float unit) {
    return Float.float16ToFloat(Float.floatToFloat16(unit));
  }

  private static byte encode(float x, float unit, float scale) {
    return scale == 0 ? 0 : (byte) Math.clamp(Math.rint(x / unit), -MOST, MOST);
  }

  private long valueAt(long at, int slot, int number, int headSize) {
    long row = padded(headSize) / group() * Simd.BYTES;
    return at + slot * row + number / group() * Simd.BYTES + KvPacking.inGroup(number % group(), 4);
  }

  @Override
  public void setKey(MemorySegment to, long at, int slot, float[] key, int from, int headSize) {
    long first = at + KvPacking.inGroup(slot, 4);
    for (int b = 0; b < headSize; b += BLOCK) {
      int count = Math.min(BLOCK, headSize - b);
      float unit = unit(key, from + b, count);
      float scale = scale(unit);
      to.set(ValueLayout.JAVA_FLOAT, at + headSize * Simd.BYTES + scaleAt(b, slot), scale);
      for (int i = b; i < b + count; i++) {
        to.set(ValueLayout.JAVA_BYTE, first + i * Simd.BYTES, encode(key[from + i], unit, scale));
      }
    }
  }

  @Override
  public void setValue(MemorySegment to, long at, int slot, float[] value, int from, int headSize) {
    long scales = at + padded(headSize) * Simd.BYTES;
    for (int b = 0; b < headSize; b += BLOCK) {
      int count = Math.min(BLOCK, headSize - b);
      float unit = unit(value, from + b, count);
      float scale = scale(unit);
      to.set(ValueLayout.JAVA_FLOAT, scales + scaleAt(b, slot), scale);
      for (int i = b; i < b + count; i++) {
        long place = valueAt(at, slot, i, headSize);
        to.set(ValueLayout.JAVA_BYTE, place, encode(value[from + i], unit, scale));
      }
    }
  }

  @Override
  public void getKey(MemorySegment from, long at, int slot, float[] key, int headSize) {
    long first = at + KvPacking.inGroup(slot, 4);
    long scales = at + headSize * Simd.BYTES;
    for (int i = 0; i < headSize; i++) {
      float scale = from.get(ValueLayout.JAVA_FLOAT, scales + scaleAt(i, slot));
      key[i] = scale * from.get(ValueLayout.JAVA_BYTE, first + i * Simd.BYTES);
    }
  }

  @Override
  public void getValue(MemorySegment from, long at, int slot, float[] value, int headSize) {
    long scales = at + padded(headSize) * Simd.BYTES;
    for (int i = 0; i < headSize; i++) {
      float scale = from.get(ValueLayout.JAVA_FLOAT, scales + scaleAt(i, slot));
      value[i] = scale * from.get(ValueLayout.JAVA_BYTE, valueAt(at, slot, i, headSize));
    }
  }

  @Override
  public void keys(MemorySegment from, long at, int headSize, MemorySegment to, long toAt) {
    for (int half = 0; half < 2; half++) {
      int shift = 16 - 16 * half;
      for (int b = 0; b < headSize; b += BLOCK) {
        int rows = Math.min(BLOCK, headSize - b);
        long scales = at + headSize * Simd.BYTES + scaleAt(b, 2 * half * Simd.WIDTH);
        long first = toAt + ((long) half * headSize + b) * 2 * Simd.BYTES;
        ByteKernels.decode(from, at + b * Simd.BYTES, rows, shift, scales, to, first);
      }
    }
  }

  @Override
  public void scores4(
      MemorySegment keys,
      long at,
      int tiles,
      int headSize,
      float[] q,
      int q0,
      int q1,
      int q2,
      int q3,
      float[] to,
      int t0,
      int t1,
      int t2,
      int t3) {
    for (int s = 0; s < tiles * group(); s += group(), at += keyBytes(headSize)) {
      for (int half = 0; half < 2; half++) {
        int t = s + half * 2 * Simd.WIDTH;
        int shift = 16 - 16 * half;
        for (int b = 0; b < headSize; b += BLOCK) {
          int rows = Math.min(BLOCK, headSize - b);
          long scales = at + headSize * Simd.BYTES + scaleAt(b, 2 * half * Simd.WIDTH);
          ByteKernels.keys4(
              keys,
              at + b * Simd.BYTES,
              rows,
              shift,
              scales,
              q,
              q0 + b,
              q1 + b,
              q2 + b,
              q3 + b,
              to,
              t0 + t,
              t1 + t,
              t2 + t,
              t3 + t);
        }
      }
    }
  }

  @Override
  public void scores1(
      MemorySegment keys, long at, int tiles, int headSize, float[] q, int q0, float[] to, int t0) {
    for (int s = 0; s < tiles * group(); s += group(), at += keyBytes(headSize)) {
      for (int half = 0; half < 2; half++) {
        int t = s + half * 2 * Simd.WIDTH;
        int shift = 16 - 16 * half;
        for (int b = 0; b < headSize; b += BLOCK) {
          int rows = Math.min(BLOCK, headSize - b);
          long scales = at + headSize * Simd.BYTES + scaleAt(b, 2 * half * Simd.WIDTH);
          ByteKernels.keys1(keys, at + b * Simd.BYTES, rows, shift, scales, q, q0 + b, to, t0 + t);
        }
      }
    }
  }

  @Override
  public void values4(
      MemorySegment values,
      long at,
      int slot,
      int count,
      int headSize,
      float[] w,
      int w0,
      int w1,
      int w2,
      int w3,
      float[] to,
      int t0,
      int t1,
      int t2,
      int t3) {
    long row = padded(headSize) / 4 / Simd.WIDTH * Simd.BYTES;
    for (int s = slot; s < slot + count; s += group() - s % group()) {
      int rows = Math.min(slot + count, s + group() - s % group()) - s;
      long tile = at + s / group() * valueBytes(headSize);
      for (int i = 0; i < headSize; i += 2 * Simd.WIDTH) {
        long p = tile + s % group() * row + i / group() * Simd.BYTES;
        int shift = 16 - i % group() / (2 * Simd.WIDTH) * 16;
        long scales = tile + group() * row + scaleAt(i, s % group());
        ByteKernels.values4(
            values,
            p,
            rows,
            row,
            shift,
            scales,
            w,
            w0 + s - slot,
            w1 + s - slot,
            w2 + s - slot,
            w3 + s - slot,
            to,
            t0 + i,
            t1 + i,
            t2 + i,
            t3 + i);
      }
    }
  }

  @Override
  public void values1(
      MemorySegment values,
      long at,
      int slot,
      int count,
      int headSize,
      float[] w,
      int w0,
      float[] to,
      int t0) {
    long row = padded(headSize) / 4 / Simd.WIDTH * Simd.BYTES;
    for (int s = slot; s < slot + count; s += group() - s % group()) {
      int rows = Math.min(slot + count, s + group() - s % group()) - s;
      long tile = at + s / group() * valueBytes(headSize);
      for (int i = 0; i < headSize; i += 2 * Simd.WIDTH) {
        long p = tile + s % group() * row + i / group() * Simd.BYTES;
        int shift = 16 - i % group() / (2 * Simd.WIDTH) * 16;
        long scales = tile + group() * row + scaleAt(i, s % group());
        ByteKernels.values1(values, p, rows, row, shift, scales, w, w0 + s - slot, to, t0 + i);
      }
    }
  }
}
