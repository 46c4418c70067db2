package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * A 16-bit scale and a 16-bit offset for each 32 columns, which stand before the block in files: a
 * word, the scale in its lower half.
 */
record HalfPairs() implements BlockScales {
  @Override
  public boolean offsets() {
    return true;
  }

  @Override
  public long bytes(int columns) {
    return columns / Packing.BLOCK * Packing.STEP;
  }

  @Override
  public boolean pack(FileRows rows) {
    int blocks = rows.blocks();
    for (int b = 0; b < blocks; b++) {
      for (int r = 0; r < Packing.ROWS; r++) {
        rows.scales[b * Packing.ROWS + r] = Half.stored(rows.four(rows.block(r, b)));
      }
    }
    return Half.fit(rows.scales, blocks * Packing.ROWS);
  }

  @Override
  public float scale(MemorySegment from, long group, int block, int row) {
    return Half.number(Packing.word(from, group, block, row));
  }

  @Override
  public float offset(MemorySegment from, long group, int block, int row) {
    return Half.number(Packing.word(from, group, block, row) >>> 16);
  }

  @Override
  @Kernel
  public void decode(
      MemorySegment from,
      long group,
      int first,
      int end,
      float less,
      float[] scales,
      float[] offsets) {
    FloatVector higher = FloatVector.broadcast(Simd.FLOATS, less);
    int whole = first + (end - first & -2);
    for (int b = first; b < whole; b += 2) {
      long p = group + b * Packing.STEP;
      int to = (b - first) * Packing.ROWS;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      IntVector half = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector scale = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      half = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector offset = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      scale.intoArray(scales, to);
      scale.fma(higher, offset).intoArray(offsets, to);
      p += Simd.BYTES;
      to += Simd.WIDTH;
      words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      half = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      scale = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      half = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      offset = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      scale.intoArray(scales, to);
      scale.fma(higher, offset).intoArray(offsets, to);
      p += Simd.BYTES;
      to += Simd.WIDTH;
      words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      half = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      scale = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      half = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      offset = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      scale.intoArray(scales, to);
      scale.fma(higher, offset).intoArray(offsets, to);
      p += Simd.BYTES;
      to += Simd.WIDTH;
      words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      half = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      scale = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      half = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      offset = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      scale.intoArray(scales, to);
      scale.fma(higher, offset).intoArray(offsets, to);
    }
    if (whole < end) {
      long p = group + whole * Packing.STEP;
      int to = (whole - first) * Packing.ROWS;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      IntVector half = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector scale = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      half = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector offset = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      scale.intoArray(scales, to);
      scale.fma(higher, offset).intoArray(offsets, to);
      p += Simd.BYTES;
      to += Simd.WIDTH;
      words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      half = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      scale = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      half = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      offset = half.reinterpretAsFloats().mul(Half.TO_FLOAT);
      scale.intoArray(scales, to);
      scale.fma(higher, offset).intoArray(offsets, to);
    }
  }
}
