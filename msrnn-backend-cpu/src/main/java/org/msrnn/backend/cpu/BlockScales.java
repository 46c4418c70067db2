package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.msrnn.api.backend.TensorType;

/**
 * The scales of a group of rows, and the offsets where the format has them, a pair for each block
 * of columns: a number is {@code scale * code + offset}. They are words of every row, as codes are,
 * and take about as many bytes as in files. Those of all groups come before the codes of the first,
 * see {@link Packing#scaleBytes}.
 */
sealed interface BlockScales permits HalfScales, HalfPairs, SixBitPairs, ByteScales {
  /** Columns of a block of files that has small scales of its own, for some blocks each. */
  int SUPER_BLOCK = 256;

  /** Scales of a format that has blocks. */
  static BlockScales of(TensorType type) {
    return switch (type) {
      case Q8_0, Q5_0, Q4_0 -> new HalfScales();
      case Q5_1, Q4_1 -> new HalfPairs();
      case Q5_K, Q4_K -> new SixBitPairs();
      case Q6_K -> new ByteScales();
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no scales");
    };
  }

  /** Columns that share a scale: {@link Packing#BLOCK}, or half of it. */
  default int block() {
    return Packing.BLOCK;
  }

  /** Whether there are offsets; they are 0 where not. */
  default boolean offsets() {
    return false;
  }

  /**
   * Whether they are halves of words for two neighbouring blocks, which products read as they are
   * packed; others are decoded before.
   */
  default boolean halves() {
    return false;
  }

  /** Blocks from one group to the next, as they are packed. */
  default int stride(int columns) {
    return columns / block();
  }

  /** Bytes of the scales of a group. */
  long bytes(int columns);

  /**
   * Packs the scales of the rows of a group.
   *
   * @return whether all fit, see {@link Half}
   */
  boolean pack(FileRows rows);

  /**
   * Adds what offsets contribute to the products of a group with one token's inputs.
   *
   * @param offsets {@code [block][row]}, from {@code offsetsAt} on
   * @param inputs the sums of the inputs of each block, from {@code first} on
   * @param sums what is added to, a number a row
   */
  @Kernel
  static void addOffsets(
      float[] offsets, int offsetsAt, int blocks, float[] inputs, int first, float[] sums) {
    FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, sums, 0);
    FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, sums, Simd.WIDTH);
    FloatVector a1 = FloatVector.zero(Simd.FLOATS);
    FloatVector b1 = FloatVector.zero(Simd.FLOATS);
    int whole = blocks & -2; // in four sums, which do not wait for each other
    for (int b = 0; b < whole; b += 2) {
      int at = offsetsAt + b * Packing.ROWS;
      FloatVector input = FloatVector.broadcast(Simd.FLOATS, inputs[first + b]);
      FloatVector offset = FloatVector.fromArray(Simd.FLOATS, offsets, at);
      a0 = offset.fma(input, a0);
      offset = FloatVector.fromArray(Simd.FLOATS, offsets, at + Simd.WIDTH);
      b0 = offset.fma(input, b0);
      at += Packing.ROWS;
      input = FloatVector.broadcast(Simd.FLOATS, inputs[first + b + 1]);
      offset = FloatVector.fromArray(Simd.FLOATS, offsets, at);
      a1 = offset.fma(input, a1);
      offset = FloatVector.fromArray(Simd.FLOATS, offsets, at + Simd.WIDTH);
      b1 = offset.fma(input, b1);
    }
    if (whole < blocks) {
      int at = offsetsAt + whole * Packing.ROWS;
      FloatVector input = FloatVector.broadcast(Simd.FLOATS, inputs[first + whole]);
      FloatVector offset = FloatVector.fromArray(Simd.FLOATS, offsets, at);
      a0 = offset.fma(input, a0);
      at += Simd.WIDTH;
      offset = FloatVector.fromArray(Simd.FLOATS, offsets, at);
      b0 = offset.fma(input, b0);
    }
    a0 = a0.add(a1);
    b0 = b0.add(b1);
    a0.intoArray(sums, 0);
    b0.intoArray(sums, Simd.WIDTH);
  }

  /** The scale of a block of one row. */
  float scale(MemorySegment from, long group, int block, int row);

  /** The offset of a block of one row. */
  default float offset(MemorySegment from, long group, int block, int row) {
    return 0;
  }

  /**
   * Decodes the scales of some blocks of a group, and the offsets, if there are: {@code
   * [block][row]}, with room for one more block than there are.
   *
   * @param first first block; it starts at a multiple of {@link Packing#PANEL_STEP} columns
   * @param end end of the blocks
   * @param less what was taken off the codes: offsets are so many scales higher
   */
  void decode(
      MemorySegment from,
      long group,
      int first,
      int end,
      float less,
      float[] scales,
      float[] offsets);
}
