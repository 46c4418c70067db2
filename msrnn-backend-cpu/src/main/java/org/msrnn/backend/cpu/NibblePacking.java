package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * Formats of four bits. A block of 32 columns is four vectors of words of eight nibbles, not yet
 * less 8, which kernels take off all of them; scales stand before them, see {@link BlockScales}.
 *
 * <p>Products with one vector are products of integers: taking a nibble out costs as much as using
 * it, and as integers two are used at a time. Sums of 16 of them are below {@code 16 * 15 * 127 <
 * 2^15}. Inputs are rounded for that, and for matrix-matrix products too, so that a token gets the
 * same numbers on either way. What offsets add is theirs times the sum of the inputs of their
 * block.
 *
 * @param scales scales and offsets of blocks of 32 columns
 */
record NibblePacking(BlockScales scales) implements StreamedPacking {
  private static final int WORDS = 4; // of a block
  private static final int TOP = 0xf0000000;
  private static final int LOWEST = 0x000f000f; // of each half of a word
  private static final int LESS_8 = 0x80000000; // at the top: q - 8 is q with its top bit turned
  private static final float LESS = 8;
  private static final float SCALE_DOWN = 0x1p-28f;

  @Override
  public boolean rounds() {
    return true;
  }

  @Override
  public boolean sumsInputs() {
    return scales.offsets();
  }

  @Override
  public long groupBytes(int columns) {
    return scales.bytes(columns) + columns / 8 * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long at) {
    TensorType type = tensor.type();
    MemorySegment data = tensor.data();
    int blocks = tensor.columns() / type.blockSize();
    int words = type.blockSize() / 8;
    long codes = at + scales.bytes(tensor.columns());
    for (int b = 0; b < blocks; b++) {
      for (int r = 0; r < rows; r++) {
        long block = ((long) (row + r) * blocks + b) * type.blockBytes();
        FileCodes.nibbles(type, data, block, into, codes + b * (words * Simd.BYTES) + 4L * r);
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
    int blocks = columns / BLOCK;
    long groupBytes = groupBytes(columns);
    float[] decoded = scratch.scales(groups * blocks);
    float[] offsets = scales.offsets() ? scratch.offsets(groups * blocks) : decoded;
    for (int g = 0; g < groups; g++) {
      int to = g * blocks * Simd.WIDTH;
      scales.decode(w, at + g * groupBytes, 0, blocks, LESS, decoded, offsets, to);
    }
    if (scales.offsets()) {
      BlockScales.addOffsets(offsets, groups, blocks, in.roundedSums, token * blocks, sums);
    }
    long codes = at + scales.bytes(columns);
    integers(w, codes, groupBytes, groups, blocks, decoded, in, token * blocks, sums);
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
    int[] offsets = in.offsets;
    float[] inputScales = in.scales;
    for (int b = 0; b < blocks; b++) {
      for (int g = 0; g < groups; g++) {
        long p = at + g * groupBytes + b * (WORDS * Simd.BYTES);
        ShortVector products = ShortVector.zero(Simd.SHORTS);
        for (int i = 0; i < WORDS; i++) {
          IntVector words =
              IntVector.fromMemorySegment(Simd.INTS, w, p + i * Simd.BYTES, Simd.ORDER);
          int k = (first + b) * (BLOCK / 2) + 4 * i;
          ShortVector n0 = words.and(LOWEST).reinterpretAsShorts().mul(Simd.shorts(pairs[k]));
          IntVector next = words.lanewise(LSHR, 4).and(LOWEST);
          ShortVector n1 = next.reinterpretAsShorts().mul(Simd.shorts(pairs[k + 1]));
          next = words.lanewise(LSHR, 8).and(LOWEST);
          ShortVector n2 = next.reinterpretAsShorts().mul(Simd.shorts(pairs[k + 2]));
          next = words.lanewise(LSHR, 12).and(LOWEST);
          ShortVector n3 = next.reinterpretAsShorts().mul(Simd.shorts(pairs[k + 3]));
          products = products.add(n0.add(n1).add(n2.add(n3)));
        }
        IntVector both = products.reinterpretAsInts();
        IntVector sum = both.lanewise(ASHR, 16).add(both.lanewise(LSHL, 16).lanewise(ASHR, 16));
        FloatVector part = (FloatVector) sum.sub(offsets[first + b]).convert(I2F, 0);
        FloatVector scale =
            FloatVector.fromArray(Simd.FLOATS, scales, (g * blocks + b) * Simd.WIDTH);
        scale = scale.mul(inputScales[first + b]);
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
    int first = from / BLOCK;
    int blocks = (to - from) / BLOCK;
    float[] decoded = scratch.scales(blocks);
    float[] offsets = scratch.offsets(blocks);
    scales.decode(w, at, first, first + blocks, LESS, decoded, offsets, 0);
    if (!scales.offsets()) {
      Arrays.fill(offsets, 0, blocks * Simd.WIDTH, 0);
    }
    long codes = at + scales.bytes(columns) + (long) first * WORDS * Simd.BYTES;
    decode(w, codes, blocks, decoded, offsets, panel, panelAt);
  }

  @Kernel
  private static void decode(
      MemorySegment w,
      long at,
      int blocks,
      float[] scales,
      float[] offsets,
      MemorySegment panel,
      long panelAt) {
    for (int b = 0; b < blocks; b++) {
      FloatVector scale =
          FloatVector.fromArray(Simd.FLOATS, scales, b * Simd.WIDTH).mul(SCALE_DOWN);
      FloatVector offset = FloatVector.fromArray(Simd.FLOATS, offsets, b * Simd.WIDTH);
      for (int i = 0; i < 2 * WORDS; i++) { // halves of words: columns 0, 1, 4, 5 and 2, 3, 6, 7
        long p = at + (b * WORDS + i / 2) * Simd.BYTES;
        long q = panelAt + (b * BLOCK + 4 * i - 2 * (i & 1)) * Simd.BYTES;
        IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
        words = words.lanewise(LSHL, 16 - 16 * (i & 1));
        IntVector top = words.lanewise(LSHL, 12).and(TOP).lanewise(XOR, LESS_8);
        FloatVector number = (FloatVector) top.convert(I2F, 0);
        number.fma(scale, offset).intoMemorySegment(panel, q, Simd.ORDER);
        top = words.lanewise(LSHL, 8).and(TOP).lanewise(XOR, LESS_8);
        number = (FloatVector) top.convert(I2F, 0);
        number.fma(scale, offset).intoMemorySegment(panel, q + Simd.BYTES, Simd.ORDER);
        top = words.lanewise(LSHL, 4).and(TOP).lanewise(XOR, LESS_8);
        number = (FloatVector) top.convert(I2F, 0);
        number.fma(scale, offset).intoMemorySegment(panel, q + 4 * Simd.BYTES, Simd.ORDER);
        top = words.and(TOP).lanewise(XOR, LESS_8);
        number = (FloatVector) top.convert(I2F, 0);
        number.fma(scale, offset).intoMemorySegment(panel, q + 5 * Simd.BYTES, Simd.ORDER);
      }
    }
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    long codes = at + scales.bytes(columns);
    for (int c = 0; c < columns; c++) {
      int code = Packing.word(w, codes, c / 8, lane) >>> 4 * FileCodes.nibble(c) & 15;
      float scale = scales.scale(w, at, c / BLOCK, lane);
      into[intoAt + c] =
          scales.offsets()
              ? scale * code + scales.offset(w, at, c / BLOCK, lane)
              : scale * (code - LESS);
    }
  }
}
