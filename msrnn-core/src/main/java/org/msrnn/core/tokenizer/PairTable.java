package org.msrnn.core.tokenizer;

import java.util.Arrays;

/** From a pair of token ids to a {@link SymbolMerger#merge}: open addressing, built once. */
final class PairTable {
  private static final long FREE = -1;

  private final long[] keys;
  private final long[] merges;
  private final int shift;

  /** A table for at most {@code pairs} pairs. */
  PairTable(int pairs) {
    int bits = 33 - Integer.numberOfLeadingZeros(Math.max(1, pairs));
    keys = new long[1 << bits];
    merges = new long[1 << bits];
    shift = 64 - bits;
    Arrays.fill(keys, FREE);
  }

  /** Puts a merge; the first one of a pair stays. */
  void put(int left, int right, long merge) {
    long key = key(left, right);
    int at = slot(key);
    if (keys[at] == FREE) {
      keys[at] = key;
      merges[at] = merge;
    }
  }

  /** The merge of a pair, or {@link SymbolMerger#NONE}. */
  long find(int left, int right) {
    long key = key(left, right);
    int at = slot(key);
    return keys[at] == key ? merges[at] : SymbolMerger.NONE;
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
