package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;

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
    return columns / Packing.BLOCK * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long group) {
    MemorySegment data = tensor.data();
    int blocks = tensor.columns() / Packing.BLOCK;
    long blockBytes = tensor.type().blockBytes();
    for (int b = 0; b < blocks; b++) {
      for (int r = 0; r < rows; r++) {
        long p = ((long) (row + r) * blocks + b) * blockBytes;
        Packing.word(into, group, b, r, data.get(Packing.FILE_INT, p));
      }
    }
    return Half.enlarge(into, group, bytes(tensor.columns()));
  }

  @Override
  public float scale(MemorySegment from, long group, int block, int lane) {
    return Half.number(Packing.word(from, group, block, lane));
  }

  @Override
  public float offset(MemorySegment from, long group, int block, int lane) {
    return Half.number(Packing.word(from, group, block, lane) >>> 16);
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
      float[] offsets,
      int at) {
    int whole = first + (end - first & -2);
    for (int b = first; b < whole; b += 2) {
      long p = group + b * Simd.BYTES;
      int to = at + (b - first) * Simd.WIDTH;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, from, p, Simd.ORDER);
      IntVector lower = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector scale = lower.reinterpretAsFloats().mul(Half.TO_FLOAT);
      IntVector upper = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      FloatVector offset = upper.reinterpretAsFloats().mul(Half.TO_FLOAT);
      offset = scale.fma(FloatVector.broadcast(Simd.FLOATS, less), offset);
      scale.intoArray(scales, to);
      offset.intoArray(offsets, to);
      words = IntVector.fromMemorySegment(Simd.INTS, from, p + Simd.BYTES, Simd.ORDER);
      lower = words.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      scale = lower.reinterpretAsFloats().mul(Half.TO_FLOAT);
      upper = words.lanewise(ASHR, 3).and(Half.FLOAT_BITS);
      offset = upper.reinterpretAsFloats().mul(Half.TO_FLOAT);
      offset = scale.fma(FloatVector.broadcast(Simd.FLOATS, less), offset);
      scale.intoArray(scales, to + Simd.WIDTH);
      offset.intoArray(offsets, to + Simd.WIDTH);
    }
    if (whole < end) {
      int to = at + (whole - first) * Simd.WIDTH;
      IntVector words =
          IntVector.fromMemorySegment(Simd.INTS, from, group + whole * Simd.BYTES, Simd.ORDER);
      FloatVector scale = Half.lower(words);
      scale.intoArray(scales, to);
      scale.fma(Simd.all(less), Half.upper(words)).intoArray(offsets, to);
    }
  }
}
