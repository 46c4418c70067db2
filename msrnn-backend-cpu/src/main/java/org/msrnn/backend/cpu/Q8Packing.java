package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * Q8_0. A block of 32 columns is eight vectors of words of four bytes; scales stand before them,
 * see {@link BlockScales}.
 *
 * <p>Exact products use a byte where it stands at the top of its word, 2^24 times too large, which
 * is made good in the end: a shift and a mask decode it. Products of integers use two bytes of a
 * word at a time; sums of two products are below {@code 2 * 128 * 127 < 2^15}.
 *
 * @param rounds whether products are those of rounded inputs, as integers
 */
record Q8Packing(boolean rounds) implements StreamedPacking {
  private static final int WORDS = 8; // of a block
  private static final int TOP = 0xff000000;
  private static final float SCALE_DOWN = 0x1p-24f;

  @Override
  public long groupBytes(int columns) {
    return BlockScales.bytes(columns) + (long) (columns / BLOCK) * WORDS * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long at) {
    MemorySegment data = tensor.data();
    int blocks = tensor.columns() / BLOCK;
    long blockBytes = TensorType.Q8_0.blockBytes();
    long words = at + BlockScales.bytes(tensor.columns());
    for (int b = 0; b < blocks; b++) {
      for (int r = 0; r < rows; r++) {
        long p = ((long) (row + r) * blocks + b) * blockBytes + 2;
        long q = words + b * (WORDS * Simd.BYTES) + 4L * r;
        for (int i = 0; i < WORDS; i++) {
          into.set(ValueLayout.JAVA_INT, q + i * Simd.BYTES, data.get(FILE_INT, p + 4L * i));
        }
      }
    }
    return BlockScales.pack(tensor, row, rows, into, at);
  }

  @Override
  public void groups(
      MemorySegment w,
      long at,
      int columns,
      int groups,
      Inputs in,
      int token,
      float[] sums,
      Scratch scratch) {
    int blocks = columns / BLOCK;
    long groupBytes = groupBytes(columns);
    float[] scales = scratch.scales(groups * blocks);
    BlockScales.decode(w, at, groupBytes, groups, blocks, scales);
    long words = at + BlockScales.bytes(columns);
    if (rounds) {
      integers(w, words, groupBytes, groups, blocks, scales, in, token * blocks, sums);
    } else {
      floats(w, words, groupBytes, groups, blocks, scales, in.x, in.at(token), sums);
    }
  }

  @Kernel
  private static void floats(
      MemorySegment w,
      long at,
      long groupBytes,
      int groups,
      int blocks,
      float[] scales,
      float[] x,
      int xAt,
      float[] sums) {
    for (int b = 0; b < blocks; b++) {
      for (int g = 0; g < groups; g++) {
        long p = at + g * groupBytes + b * (WORDS * Simd.BYTES);
        FloatVector a0 = FloatVector.zero(Simd.FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int i = 0; i < WORDS; i++) {
          IntVector words =
              IntVector.fromMemorySegment(Simd.INTS, w, p + i * Simd.BYTES, Simd.ORDER);
          int k = xAt + b * BLOCK + 4 * i;
          FloatVector v0 = (FloatVector) words.lanewise(LSHL, 24).and(TOP).convert(I2F, 0);
          a0 = v0.fma(FloatVector.broadcast(Simd.FLOATS, x[k]), a0);
          FloatVector v1 = (FloatVector) words.lanewise(LSHL, 16).and(TOP).convert(I2F, 0);
          a1 = v1.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 1]), a1);
          FloatVector v2 = (FloatVector) words.lanewise(LSHL, 8).and(TOP).convert(I2F, 0);
          a2 = v2.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 2]), a2);
          FloatVector v3 = (FloatVector) words.and(TOP).convert(I2F, 0);
          a3 = v3.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 3]), a3);
        }
        FloatVector scale =
            FloatVector.fromArray(Simd.FLOATS, scales, (g * blocks + b) * Simd.WIDTH);
        FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, g * Simd.WIDTH);
        sum = a0.add(a1).add(a2.add(a3)).fma(scale.mul(SCALE_DOWN), sum);
        sum.intoArray(sums, g * Simd.WIDTH);
      }
    }
  }

  @Kernel
  private static void integers(
      MemorySegment w,
      long at,
      long groupBytes,
      int groups,
      int blocks,
      float[] scales,
      Inputs in,
      int first,
      float[] sums) {
    int[] pairs = in.pairs;
    float[] inputScales = in.scales;
    for (int b = 0; b < blocks; b++) {
      for (int g = 0; g < groups; g++) {
        long p = at + g * groupBytes + b * (WORDS * Simd.BYTES);
        IntVector sum = IntVector.zero(Simd.INTS);
        for (int i = 0; i < WORDS; i++) {
          IntVector words =
              IntVector.fromMemorySegment(Simd.INTS, w, p + i * Simd.BYTES, Simd.ORDER);
          int k = (first + b) * (BLOCK / 2) + 2 * i;
          ShortVector even = words.lanewise(LSHL, 8).reinterpretAsShorts().lanewise(ASHR, 8);
          ShortVector odd = words.reinterpretAsShorts().lanewise(ASHR, 8);
          even = even.mul(IntVector.broadcast(Simd.INTS, pairs[k]).reinterpretAsShorts());
          odd = odd.mul(IntVector.broadcast(Simd.INTS, pairs[k + 1]).reinterpretAsShorts());
          IntVector both = even.add(odd).reinterpretAsInts();
          sum = sum.add(both.lanewise(ASHR, 16));
          sum = sum.add(both.lanewise(LSHL, 16).lanewise(ASHR, 16));
        }
        FloatVector scale =
            FloatVector.fromArray(Simd.FLOATS, scales, (g * blocks + b) * Simd.WIDTH);
        scale = scale.mul(inputScales[first + b]);
        FloatVector part = (FloatVector) sum.convert(I2F, 0);
        part.fma(scale, FloatVector.fromArray(Simd.FLOATS, sums, g * Simd.WIDTH))
            .intoArray(sums, g * Simd.WIDTH);
      }
    }
  }

  @Override
  public void decode(
      MemorySegment w,
      long at,
      int columns,
      int from,
      int to,
      MemorySegment panel,
      long panelAt,
      Scratch scratch) {
    float[] scales = scratch.scales((to - from) / BLOCK);
    BlockScales.decode(w, at, from / BLOCK, to / BLOCK, scales, 0);
    decode(w, at + BlockScales.bytes(columns), from / BLOCK, to / BLOCK, scales, panel, panelAt);
  }

  @Kernel
  private static void decode(
      MemorySegment w,
      long at,
      int from,
      int to,
      float[] scales,
      MemorySegment panel,
      long panelAt) {
    for (int b = from; b < to; b++) {
      FloatVector scale = FloatVector.fromArray(Simd.FLOATS, scales, (b - from) * Simd.WIDTH);
      scale = scale.mul(SCALE_DOWN);
      for (int i = 0; i < WORDS; i++) {
        long p = at + b * (WORDS * Simd.BYTES) + i * Simd.BYTES;
        long q = panelAt + (b - from) * (BLOCK * Simd.BYTES) + 4L * i * Simd.BYTES;
        IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
        FloatVector v0 = (FloatVector) words.lanewise(LSHL, 24).and(TOP).convert(I2F, 0);
        v0 = v0.mul(scale);
        v0.intoMemorySegment(panel, q, Simd.ORDER);
        FloatVector v1 = (FloatVector) words.lanewise(LSHL, 16).and(TOP).convert(I2F, 0);
        v1 = v1.mul(scale);
        v1.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
        FloatVector v2 = (FloatVector) words.lanewise(LSHL, 8).and(TOP).convert(I2F, 0);
        v2 = v2.mul(scale);
        v2.intoMemorySegment(panel, q + 2 * Simd.BYTES, Simd.ORDER);
        FloatVector v3 = (FloatVector) words.and(TOP).convert(I2F, 0);
        v3 = v3.mul(scale);
        v3.intoMemorySegment(panel, q + 3 * Simd.BYTES, Simd.ORDER);
      }
    }
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    long words = at + BlockScales.bytes(columns);
    for (int c = 0; c < columns; c++) {
      int word = Packing.word(w, words, (long) (c / BLOCK) * WORDS + c % BLOCK / 4, lane);
      into[intoAt + c] = BlockScales.get(w, at, c / BLOCK, lane) * (byte) (word >>> 8 * (c % 4));
    }
  }
}
