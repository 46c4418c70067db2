package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.msrnn.api.backend.KvType;

/**
 * How keys and values of one format lie in a {@link CpuKv}, and the loops over them. Both are
 * matrices whose rows are summed with weights: keys have a row for each number of a head, a column
 * for each slot and are weighted by a query; values have a row for each slot, a column for each
 * number and are weighted by attention. So neither needs a sum over lanes.
 *
 * <p>Some neighbouring columns of a row are packed together: the group. A word of 32 bits has the
 * columns that are a vector's width apart, the first one lowest, so that a few shifts make vectors
 * of neighbours. A tile is the keys, or the values, of a group of slots; rows of values are padded
 * to whole groups.
 */
sealed interface KvPacking permits RowsKv, ByteKv {

  /** The packing of a format. */
  static KvPacking of(KvType type) {
    return switch (type) {
      case F32 -> new FloatKv();
      case F16 -> new F16Kv();
      case BF16 -> new Bf16Kv();
      case Q8_0 -> new ByteKv();
    };
  }

  /** Columns that are packed together, and slots of a tile. */
  int group();

  /** Bytes of a tile of keys. */
  long keyBytes(int headSize);

  /** Bytes of a tile of values. */
  long valueBytes(int headSize);

  /** Numbers of a row of values with its padding. */
  default int padded(int headSize) {
    return (headSize + group() - 1) / group() * group();
  }

  /** Stores a slot's key in a tile that starts at {@code at}. */
  void setKey(MemorySegment to, long at, int slot, float[] key, int from, int headSize);

  /** Stores a slot's value in a tile that starts at {@code at}. */
  void setValue(MemorySegment to, long at, int slot, float[] value, int from, int headSize);

  /** Reads a slot's key. */
  void getKey(MemorySegment from, long at, int slot, float[] key, int headSize);

  /** Reads a slot's value. */
  void getValue(MemorySegment from, long at, int slot, float[] value, int headSize);

  /** Decodes a tile of keys to tiles of floats as {@link FloatKv} has them. */
  void keys(MemorySegment from, long at, int headSize, MemorySegment to, long toAt);

  /**
   * Adds the products of four queries with the keys of some tiles.
   *
   * @param q queries from {@code q0 ..}
   * @param to what is added to, by slot from {@code t0 ..}
   */
  void scores4(
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
      int t3);

  /** Adds the products of one query with the keys of some tiles. */
  void scores1(
      MemorySegment keys, long at, int tiles, int headSize, float[] q, int q0, float[] to, int t0);

  /**
   * Adds the weighted values of neighbouring slots for four queries.
   *
   * @param at where the tile of slot 0 starts
   * @param slot first slot
   * @param count slots
   * @param w weights of the slots from {@code w0 ..}
   * @param to what is added to, from {@code t0 ..}, padded
   */
  void values4(
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
      int t3);

  /** Adds the weighted values of neighbouring slots for one query. */
  void values1(
      MemorySegment values,
      long at,
      int slot,
      int count,
      int headSize,
      float[] w,
      int w0,
      float[] to,
      int t0);

  /** Where a column lies in its group, in bytes, if a word has {@code inAWord} columns. */
  static long inGroup(int column, int inAWord) {
    int index = column / Simd.WIDTH;
    int fromLowest = Simd.ORDER == ByteOrder.LITTLE_ENDIAN ? index : inAWord - 1 - index;
    return column % Simd.WIDTH * 4L + fromLowest * 4L / inAWord;
  }
}
