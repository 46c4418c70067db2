package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * Q8_0, and formats of five and six bits. Four columns are a word of four signed bytes; scales
 * stand before them, see {@link BlockScales}. Codes from 0 to 31 that have offsets are less 16.
 *
 * <p>Exact products use a byte where it stands at the top of its word, 2^24 times too large, which
 * is made good in the end: a shift and a mask decode it. Products of integers use two bytes of a
 * word at a time; sums of two products are below {@code 2 * 128 * 127 < 2^15}.
 *
 * <p>What offsets add is theirs times the sum of the inputs of their block.
 *
 * @param scales scales and offsets of blocks
 * @param rounds whether products are those of rounded inputs, as integers; with scales of 32
 *     columns
 */
record BytePacking(BlockScales scales, boolean rounds) implements StreamedPacking {
  private static final int WORDS = 8; // of 32 columns
  private static final float LESS = 16;
  private static final int TOP = 0xff000000;
  private static final float SCALE_DOWN = 0x1p-24f;

  @Override
  public boolean sumsInputs() {
    return scales.offsets();
  }

  @Override
  public long groupBytes(int columns) {
    return scales.bytes(columns) + columns / 4 * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long at) {
    TensorType type = tensor.type();
    MemorySegment data = tensor.data();
    int blocks = tensor.columns() / type.blockSize();
    int words = type.blockSize() / 4;
    long codes = at + scales.bytes(tensor.columns());
    for (int b = 0; b < blocks; b++) {
      for (int r = 0; r < rows; r++) {
        long block = ((long) (row + r) * blocks + b) * type.blockBytes();
        FileCodes.bytes(type, data, block, into, codes + b * (words * Simd.BYTES) + 4L * r);
      }
    }
    return scales.pack(tensor, row, rows, into, at);
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
    int blocks = columns / scales.block();
    long groupBytes = groupBytes(columns);
    float[] decoded = scratch.scales(groups * blocks);
    float[] offsets = scales.offsets() ? scratch.offsets(groups * blocks) : decoded;
    for (int g = 0; g < groups; g++) {
      int to = g * blocks * Simd.WIDTH;
      scales.decode(w, at + g * groupBytes, 0, blocks, LESS, decoded, offsets, to);
    }
    if (scales.offsets()) {
      BlockScales.addOffsets(offsets, groups, blocks, in.sums, token * blocks, sums);
    }
    long codes = at + scales.bytes(columns);
    if (rounds) {
      integers(w, codes, groupBytes, groups, blocks, decoded, in, token * blocks, sums);
    } else {
      int words = scales.block() / 4;
      floats(w, codes, groupBytes, groups, blocks, words, decoded, in.x, in.at(token), sums);
    }
  }

  @Kernel
  private static void floats(
      MemorySegment w,
      long at,
      long groupBytes,
      int groups,
      int blocks,
      int words,
      float[] scales,
      float[] x,
      int xAt,
      float[] sums) {
    for (int b = 0; b < blocks; b++) {
      for (int g = 0; g < groups; g++) {
        long p = at + g * groupBytes + b * (words * Simd.BYTES);
        FloatVector a0 = FloatVector.zero(Simd.FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int i = 0; i < words; i++) {
          IntVector four =
              IntVector.fromMemorySegment(Simd.INTS, w, p + i * Simd.BYTES, Simd.ORDER);
          int k = xAt + 4 * (b * words + i);
          FloatVector v0 = (FloatVector) four.lanewise(LSHL, 24).and(TOP).convert(I2F, 0);
          a0 = v0.fma(FloatVector.broadcast(Simd.FLOATS, x[k]), a0);
          FloatVector v1 = (FloatVector) four.lanewise(LSHL, 16).and(TOP).convert(I2F, 0);
          a1 = v1.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 1]), a1);
          FloatVector v2 = (FloatVector) four.lanewise(LSHL, 8).and(TOP).convert(I2F, 0);
          a2 = v2.fma(FloatVector.broadcast(Simd.FLOATS, x[k + 2]), a2);
          FloatVector v3 = (FloatVector) four.and(TOP).convert(I2F, 0);
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
    int first = from / scales.block();
    int blocks = (to - from) / scales.block();
    float[] decoded = scratch.scales(blocks);
    float[] offsets = scratch.offsets(blocks);
    scales.decode(w, at, first, first + blocks, LESS, decoded, offsets, 0);
    if (!scales.offsets()) {
      Arrays.fill(offsets, 0, blocks * Simd.WIDTH, 0);
    }
    int words = scales.block() / 4;
    long codes = at + scales.bytes(columns) + (long) first * words * Simd.BYTES;
    decode(w, codes, blocks, words, decoded, offsets, panel, panelAt);
  }

  @Kernel
  private static void decode(
      MemorySegment w,
      long at,
      int blocks,
      int words,
      float[] scales,
      float[] offsets,
      MemorySegment panel,
      long panelAt) {
    for (int b = 0; b < blocks; b++) {
      FloatVector scale =
          FloatVector.fromArray(Simd.FLOATS, scales, b * Simd.WIDTH).mul(SCALE_DOWN);
      FloatVector offset = FloatVector.fromArray(Simd.FLOATS, offsets, b * Simd.WIDTH);
      for (int i = 0; i < words; i++) {
        long p = at + (b * words + i) * Simd.BYTES;
        long q = panelAt + 4L * (b * words + i) * Simd.BYTES;
        IntVector four = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
        FloatVector v0 = (FloatVector) four.lanewise(LSHL, 24).and(TOP).convert(I2F, 0);
        v0 = v0.fma(scale, offset);
        v0.intoMemorySegment(panel, q, Simd.ORDER);
        FloatVector v1 = (FloatVector) four.lanewise(LSHL, 16).and(TOP).convert(I2F, 0);
        v1 = v1.fma(scale, offset);
        v1.intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
        FloatVector v2 = (FloatVector) four.lanewise(LSHL, 8).and(TOP).convert(I2F, 0);
        v2 = v2.fma(scale, offset);
        v2.intoMemorySegment(panel, q + 2 * Simd.BYTES, Simd.ORDER);
        FloatVector v3 = (FloatVector) four.and(TOP).convert(I2F, 0);
        v3 = v3.fma(scale, offset);
        v3.intoMemorySegment(panel, q + 3 * Simd.BYTES, Simd.ORDER);
      }
    }
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    long codes = at + scales.bytes(columns);
    for (int c = 0; c < columns; c++) {
      int block = c / scales.block();
      int code = (byte) (Packing.word(w, codes, c / 4, lane) >>> 8 * (c % 4));
      float scale = scales.scale(w, at, block, lane);
      into[intoAt + c] =
          scales.offsets()
              ? scale * (code + LESS) + scales.offset(w, at, block, lane)
              : scale * code;
    }
  }
}
