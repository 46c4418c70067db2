package org.msrnn.core.tokenizer;

import java.util.Arrays;

/**
 * From a pair of numbers of at least 0 to a number of at least 0, such as {@link
 * SymbolMerger#merge}: open addressing, built once.
 */
final class PairTable {
  private static final long FREE = -1;

  /** No number: what a pair has that was never put. */
  static final long NONE = -1;

  private long[] keys;
  private long[] values;
  private int shift;
  private int size;

  /** A table for about that many pairs; it grows. */
  PairTable(int pairs) {
    int bits = 33 - Integer.numberOfLeadingZeros(Math.max(1, pairs));
    keys = new long[1 << bits];
    values = new long[1 << bits];
    shift = 64 - bits;
    Arrays.fill(keys, FREE);
  }

  /** Puts a number; the first one of a pair stays. */
  void put(int left, int right, long value) {
    long key = key(left, right);
    int at = slot(key);
    if (keys[at] == FREE) {
      keys[at] = key;
      values[at] = value;
      size++;
      if (size > keys.length / 2) {
        grow();
      }
    }
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[Math.multiplyExact(oldKeys.length, 2)];
    values = new long[keys.length];
    shift--;
    Arrays.fill(keys, FREE);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != FREE) {
        int at = slot(oldKeys[i]);
        keys[at] = oldKeys[i];
        values[at] = oldValues[i];
      }
    }
  }

  /** The number of a pair, or {@link #NONE}. */
  long find(int left, int right) {
    if ((left | right) < 0) {
      return NONE;
    }
    long key = key(left, right);
    int at = slot(key);
    return keys[at] == key ? values[at] : NONE;
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | right;
  }

  /** Where the key stands, or the free place where it would. At most half the places are taken. */
  private int slot(long key) {
    int at = (int) ((key * 0x9E3779B97F4A7C15L) >>> shift);
    while (keys[at] != FREE && keys[at] != key) {
      at = (at + 1) & (keys.length - 1);
    }
    return at;
  }
}
