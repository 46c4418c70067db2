package org.msrnn.core.reference;

import java.util.Arrays;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;

/** Keys and values by head and slot, rounded as their format would and kept as floats. */
final class PlainKv implements KvBuffer {
  private final int headSize;
  private final KvType type;
  private final float[][][] keys;
  private final float[][][] values;

  PlainKv(int heads, int headSize, int capacity, KvType type) {
    this.type = type;
    this.headSize = headSize;
    this.keys = new float[heads][capacity][headSize];
    this.values = new float[heads][capacity][headSize];
  }

  float[] key(int head, int slot) {
    return keys[head][slot];
  }

  float[] value(int head, int slot) {
    return values[head][slot];
  }

  /** Stores a state of one head. */
  void set(int head, int slot, float[] key, int keyAt, float[] value, int valueAt) {
    System.arraycopy(key, keyAt, keys[head][slot], 0, headSize);
    System.arraycopy(value, valueAt, values[head][slot], 0, headSize);
    type.round(keys[head][slot], 0, headSize);
    type.round(values[head][slot], 0, headSize);
  }

  @Override
  public int heads() {
    return keys.length;
  }

  @Override
  public int headSize() {
    return headSize;
  }

  @Override
  public int capacity() {
    return keys[0].length;
  }

  @Override
  public KvType type() {
    return type;
  }

  @Override
  public void reserve(int capacity) {
    for (int h = 0; h < keys.length; h++) {
      keys[h] = grown(keys[h], capacity);
      values[h] = grown(values[h], capacity);
    }
  }

  private float[][] grown(float[][] slots, int capacity) {
    if (slots.length >= capacity) {
      return slots;
    }
    float[][] more = Arrays.copyOf(slots, capacity);
    for (int s = slots.length; s < capacity; s++) {
      more[s] = new float[headSize];
    }
    return more;
  }

  @Override
  public long bytes() {
    return 2L * heads() * capacity() * headSize * Float.BYTES;
  }

  @Override
  public void close() {}
}
