package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Packings without scales: keys and values are rows of groups of two vectors, and nothing else, so
 * that one pair of loops does both.
 */
sealed interface RowsKv extends KvPacking permits FloatKv, HalvesKv {
  /** Bytes of a group of a row. */
  long groupBytes();

  /**
   * Adds weighted rows of a group for four sets of weights. Sets may be the same.
   *
   * @param at the group in the first row
   * @param row bytes from one row to the next
   * @param w weights from {@code w0 ..}
   * @param to what is added to, a number for each column, from {@code t0 ..}
   */
  void add4(
      MemorySegment m,
      long at,
      int rows,
      long row,
      float[] w,
      int w0,
      int w1,
      int w2,
      int w3,
      float[] to,
      int t0,
      int t1,
      int t2,
      int t3);

  /** Adds weighted rows of a group for one set of weights. */
  void add1(MemorySegment m, long at, int rows, long row, float[] w, int w0, float[] to, int t0);

  @Override
  default int group() {
    return 2 * Simd.WIDTH;
  }

  @Override
  default long keyBytes(int headSize) {
    return headSize * groupBytes();
  }

  @Override
  default long valueBytes(int headSize) {
    return padded(headSize) * groupBytes();
  }

  @Override
  default void scores4(
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
      add4(keys, at, headSize, groupBytes(), q, q0, q1, q2, q3, to, t0 + s, t1 + s, t2 + s, t3 + s);
    }
  }

  @Override
  default void scores1(
      MemorySegment keys, long at, int tiles, int headSize, float[] q, int q0, float[] to, int t0) {
    for (int s = 0; s < tiles * group(); s += group(), at += keyBytes(headSize)) {
      add1(keys, at, headSize, groupBytes(), q, q0, to, t0 + s);
    }
  }

  @Override
  default void values4(
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
    long row = valueBytes(headSize) / group();
    long p = at + slot * row;
    for (int i = 0; i < headSize; i += group(), p += groupBytes()) {
      add4(values, p, count, row, w, w0, w1, w2, w3, to, t0 + i, t1 + i, t2 + i, t3 + i);
    }
  }

  @Override
  default void values1(
      MemorySegment values,
      long at,
      int slot,
      int count,
      int headSize,
      float[] w,
      int w0,
      float[] to,
      int t0) {
    long row = valueBytes(headSize) / group();
    long p = at + slot * row;
    for (int i = 0; i < headSize; i += group(), p += groupBytes()) {
      add1(values, p, count, row, w, w0, to, t0 + i);
    }
  }
}
