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
 * less 8, which kernels take off all of them; scales stand apart, see {@link BlockScales}.
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
    return columns / 8 * Simd.BYTES;
  }

  @Override
  public long scaleBytes(int columns) {
    return scales.bytes(columns);
  }

  @Override
  public boolean pack(Tensor tensor, CpuWeights into, int group) {
    int row = group * Simd.WIDTH;
    int rows = into.rowsOf(group);
    TensorType type = tensor.type();
    MemorySegment data = tensor.data();
    int blocks = tensor.columns() / type.blockSize();
    int words = type.blockSize() / 8;
    long codes = into.at(group);
    for (int b = 0; b < blocks; b++) {
      for (int r = 0; r < rows; r++) {
        long block = ((long) (row + r) * blocks + b) * type.blockBytes();
        FileCodes.nibbles(type, data, block, into.data, codes + b * (words * Simd.BYTES) + 4L * r);
      }
    }
    return scales.pack(tensor, row, rows, into.data, into.scalesAt(group));
  }

  @Override
  public void pair(
      CpuWeights w,
      int first,
      int second,
      int from,
      int to,
      Inputs in,
      int token,
      float[] sums,
      int sumsAt,
      Scratch scratch) {
    int block = from / BLOCK;
    int blocks = (to - from) / BLOCK;
    float[] decoded = scratch.scales(2 * blocks);
    float[] offsets = scales.offsets() ? scratch.offsets(2 * blocks) : decoded;
    scales.decode(w, first, second, block, block + blocks, LESS, decoded, offsets);
    int input = token * (w.columns() / BLOCK) + block; // of blocks
    if (scales.offsets()) {
      BlockScales.addOffsets(offsets, blocks, in.roundedSums, input, sums, sumsAt);
    }
    long one = w.at(first) + from / 8 * Simd.BYTES;
    long two = w.at(second) + from / 8 * Simd.BYTES;
    short[] products = scratch.products;
    products(w.data, one, two, blocks * WORDS, in.pairs, input * (BLOCK / 2), products);
    sums(products, blocks, decoded, in.scales, in.offsets, input, sums, sumsAt);
  }

  /**
   * Sums of the products of four columns in each half of a word, all halves as they come.
   *
   * @param words of each group
   * @param into {@code [word][group][half]}
   */
  @Kernel
  private static void products(
      MemorySegment w, long first, long second, int words, int[] pairs, int pairsAt, short[] into) {
    for (int i = 0; i < words; i++) {
      IntVector u = IntVector.fromMemorySegment(Simd.INTS, w, first + i * Simd.BYTES, Simd.ORDER);
      IntVector v = IntVector.fromMemorySegment(Simd.INTS, w, second + i * Simd.BYTES, Simd.ORDER);
      int k = pairsAt + 4 * i;
      ShortVector n = Simd.shorts(pairs[k]);
      ShortVector a = u.and(LOWEST).reinterpretAsShorts().mul(n);
      ShortVector b = v.and(LOWEST).reinterpretAsShorts().mul(n);
      n = Simd.shorts(pairs[k + 1]);
      a = a.add(u.lanewise(LSHR, 4).and(LOWEST).reinterpretAsShorts().mul(n));
      b = b.add(v.lanewise(LSHR, 4).and(LOWEST).reinterpretAsShorts().mul(n));
      n = Simd.shorts(pairs[k + 2]);
      a = a.add(u.lanewise(LSHR, 8).and(LOWEST).reinterpretAsShorts().mul(n));
      b = b.add(v.lanewise(LSHR, 8).and(LOWEST).reinterpretAsShorts().mul(n));
      n = Simd.shorts(pairs[k + 3]);
      a = a.add(u.lanewise(LSHR, 12).and(LOWEST).reinterpretAsShorts().mul(n));
      b = b.add(v.lanewise(LSHR, 12).and(LOWEST).reinterpretAsShorts().mul(n));
      a.intoArray(into, 4 * i * Simd.WIDTH);
      b.intoArray(into, 4 * i * Simd.WIDTH + 2 * Simd.WIDTH);
    }
  }

  /**
   * Adds the sums of blocks.
   *
   * @param inputScales of blocks, from {@code input} on
   * @param offsets what is taken off the sum of a block, likewise
   */
  @Kernel
  private static void sums(
      short[] products,
      int blocks,
      float[] scales,
      float[] inputScales,
      int[] offsets,
      int input,
      float[] sums,
      int sumsAt) {
    FloatVector sum = FloatVector.zero(Simd.FLOATS);
    FloatVector otherSum = sum;
    int group = 2 * Simd.WIDTH;
    int word = 2 * group;
    for (int b = 0; b < blocks; b++) {
      int p = b * WORDS * word;
      int q = p + group;
      ShortVector u = ShortVector.fromArray(Simd.SHORTS, products, p);
      u = u.add(ShortVector.fromArray(Simd.SHORTS, products, p + word));
      u = u.add(ShortVector.fromArray(Simd.SHORTS, products, p + 2 * word));
      u = u.add(ShortVector.fromArray(Simd.SHORTS, products, p + 3 * word));
      ShortVector v = ShortVector.fromArray(Simd.SHORTS, products, q);
      v = v.add(ShortVector.fromArray(Simd.SHORTS, products, q + word));
      v = v.add(ShortVector.fromArray(Simd.SHORTS, products, q + 2 * word));
      v = v.add(ShortVector.fromArray(Simd.SHORTS, products, q + 3 * word));
      IntVector less = IntVector.broadcast(Simd.INTS, offsets[input + b]);
      IntVector c = u.reinterpretAsInts();
      IntVector d = v.reinterpretAsInts();
      c = c.lanewise(ASHR, 16).add(c.lanewise(LSHL, 16).lanewise(ASHR, 16)).sub(less);
      d = d.lanewise(ASHR, 16).add(d.lanewise(LSHL, 16).lanewise(ASHR, 16)).sub(less);
      FloatVector inputScale = FloatVector.broadcast(Simd.FLOATS, inputScales[input + b]);
      FloatVector scale = FloatVector.fromArray(Simd.FLOATS, scales, b * Simd.WIDTH);
      sum = ((FloatVector) c.convert(I2F, 0)).mul(inputScale).fma(scale, sum);
      scale = FloatVector.fromArray(Simd.FLOATS, scales, (blocks + b) * Simd.WIDTH);
      otherSum = ((FloatVector) d.convert(I2F, 0)).mul(inputScale).fma(scale, otherSum);
    }
    Simd.add(sum, sums, sumsAt);
    Simd.add(otherSum, sums, sumsAt + Simd.WIDTH);
  }

  @Override
  public void decode(
      CpuWeights w,
      int group,
      int from,
      int to,
      MemorySegment panel,
      long panelAt,
      Scratch scratch) {
    int first = from / BLOCK;
    int blocks = (to - from) / BLOCK;
    float[] decoded = scratch.scales(blocks);
    float[] offsets = scratch.offsets(blocks);
    scales.decode(w.data, w.scalesAt(group), first, first + blocks, LESS, decoded, offsets, 0);
    if (!scales.offsets()) {
      Arrays.fill(offsets, 0, blocks * Simd.WIDTH, 0);
    }
    long codes = w.at(group) + from / 8 * Simd.BYTES;
    decode(w.data, codes, blocks, decoded, offsets, panel, panelAt);
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
  public void row(CpuWeights w, int group, int lane, float[] into, int intoAt) {
    long codes = w.at(group);
    long at = w.scalesAt(group);
    for (int c = 0; c < w.columns(); c++) {
      int code = Packing.word(w.data, codes, c / 8, lane) >>> 4 * FileCodes.nibble(c) & 15;
      float scale = scales.scale(w.data, at, c / BLOCK, lane);
      into[intoAt + c] =
          scales.offsets()
              ? scale * code + scales.offset(w.data, at, c / BLOCK, lane)
              : scale * (code - LESS);
    }
  }
}
