package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Packings of 16-bit numbers, two a word. */
sealed interface HalvesKv extends RowsKv permits F16Kv, Bf16Kv {
  /** The 16 bits that stand for a number. */
  short encode(float number);

  /** The number that 16 bits stand for. */
  float decode(short bits);

  @Override
  default long groupBytes() {
    return Simd.BYTES;
  }

  private long keyAt(long at, int slot) {
    return at + KvPacking.inGroup(slot, 2);
  }

  private long valueAt(long at, int slot, int number, int headSize) {
    long row = valueBytes(headSize) / group();
    return at + slot * row + number / group() * Simd.BYTES + KvPacking.inGroup(number % group(), 2);
  }

  @Override
  default void setKey(MemorySegment to, long at, int slot, float[] key, int from, int headSize) {
    long first = keyAt(at, slot);
    for (int i = 0; i < headSize; i++) {
      to.set(ValueLayout.JAVA_SHORT, first + i * Simd.BYTES, encode(key[from + i]));
    }
  }

  @Override
  default void setValue(
      MemorySegment to, long at, int slot, float[] value, int from, int headSize) {
    for (int i = 0; i < headSize; i++) {
      to.set(ValueLayout.JAVA_SHORT, valueAt(at, slot, i, headSize), encode(value[from + i]));
    }
  }

  @Override
  default void getKey(MemorySegment from, long at, int slot, float[] key, int headSize) {
    long first = keyAt(at, slot);
    for (int i = 0; i < headSize; i++) {
      key[i] = decode(from.get(ValueLayout.JAVA_SHORT, first + i * Simd.BYTES));
    }
  }

  @Override
  default void getValue(MemorySegment from, long at, int slot, float[] value, int headSize) {
    for (int i = 0; i < headSize; i++) {
      value[i] = decode(from.get(ValueLayout.JAVA_SHORT, valueAt(at, slot, i, headSize)));
    }
  }
}
