package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * The scales of a group of rows, and the offsets where the format has them, a pair for each block
 * of columns: a number is {@code scale * code + offset}. They are vectors of words, lane r of each
 * for row r of the group, and take about as many bytes as in files. Those of all groups come before
 * the codes of the first, see {@link Packing#scaleBytes}.
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

  /** Bytes of the scales of a group. */
  long bytes(int columns);

  /**
   * Packs what belongs to a group's rows.
   *
   * @param row the first one
   * @param group where its scales start
   * @return whether all fit, see {@link Half}
   */
  boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long group);

  /**
   * Adds what offsets contribute to the products of two groups with one token's inputs.
   *
   * @param offsets {@code [group][block][lane]}
   * @param inputs the sums of the inputs of each block, from {@code first} on
   * @param sums what is added to, a vector a group, from {@code sumsAt} on
   */
  @Kernel
  static void addOffsets(
      float[] offsets, int blocks, float[] inputs, int first, float[] sums, int sumsAt) {
    for (int g = 0; g < 2; g++) {
      FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, sums, sumsAt + g * Simd.WIDTH);
      FloatVector a1 = FloatVector.zero(Simd.FLOATS);
      FloatVector a2 = a1;
      FloatVector a3 = a1;
      int at = g * blocks * Simd.WIDTH;
      int whole = blocks & -4; // in four sums, which do not wait for each other
      for (int b = 0; b < whole; b += 4, at += 4 * Simd.WIDTH) {
        int k = first + b;
        FloatVector v = FloatVector.fromArray(Simd.FLOATS, offsets, at);
        a0 = v.fma(FloatVector.broadcast(Simd.FLOATS, inputs[k]), a0);
        v = FloatVector.fromArray(Simd.FLOATS, offsets, at + Simd.WIDTH);
        a1 = v.fma(FloatVector.broadcast(Simd.FLOATS, inputs[k + 1]), a1);
        v = FloatVector.fromArray(Simd.FLOATS, offsets, at + 2 * Simd.WIDTH);
        a2 = v.fma(FloatVector.broadcast(Simd.FLOATS, inputs[k + 2]), a2);
        v = FloatVector.fromArray(Simd.FLOATS, offsets, at + 3 * Simd.WIDTH);
        a3 = v.fma(FloatVector.broadcast(Simd.FLOATS, inputs[k + 3]), a3);
      }
      for (int b = whole; b < blocks; b++, at += Simd.WIDTH) {
        FloatVector v = FloatVector.fromArray(Simd.FLOATS, offsets, at);
        a0 = v.fma(FloatVector.broadcast(Simd.FLOATS, inputs[first + b]), a0);
      }
      FloatVector sum = a0.add(a1).add(a2.add(a3));
      sum.intoArray(sums, sumsAt + g * Simd.WIDTH);
    }
  }

  /**
   * Multiplies the decoded scales of two groups by those of inputs.
   *
   * @param scales {@code [group][block][lane]}
   * @param inputs a scale a block, from {@code first} on
   */
  static void timesInputs(float[] scales, int blocks, float[] inputs, int first) {
    int other = blocks * Simd.WIDTH;
    for (int b = 0; b < blocks; b++) {
      FloatVector input = Simd.all(inputs[first + b]);
      int s = b * Simd.WIDTH;
      FloatVector.fromArray(Simd.FLOATS, scales, s).mul(input).intoArray(scales, s);
      s += other;
      FloatVector.fromArray(Simd.FLOATS, scales, s).mul(input).intoArray(scales, s);
    }
  }

  /** The scale of a block of one row. */
  float scale(MemorySegment from, long group, int block, int lane);

  /** The offset of a block of one row. */
  default float offset(MemorySegment from, long group, int block, int lane) {
    return 0;
  }

  /**
   * Decodes the scales of some blocks of a group, a vector a block, and the offsets, if there are.
   *
   * @param first first block; it starts at a multiple of {@link Packing#PANEL_STEP} columns
   * @param end end of the blocks
   * @param less what was taken off the codes: offsets are so many scales higher
   * @param scales from {@code at} on, with room for one more block than there are
   * @param offsets likewise, if there are offsets
   */
  void decode(
      MemorySegment from,
      long group,
      int first,
      int end,
      float less,
      float[] scales,
      float[] offsets,
      int at);

  /**
   * Decodes the scales of some blocks of two groups, and the offsets, if there are: {@code
   * [group][block][lane]}.
   */
  default void decode(
      CpuWeights w,
      int group,
      int other,
      int first,
      int end,
      float less,
      float[] scales,
      float[] offsets) {
    int at = (end - first) * Simd.WIDTH;
    decode(w.data, w.scalesAt(group), first, end, less, scales, offsets, 0);
    decode(w.data, w.scalesAt(other), first, end, less, scales, offsets, at);
  }
}
