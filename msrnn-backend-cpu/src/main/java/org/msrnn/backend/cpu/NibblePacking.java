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

/**
 * Formats of four bits. A block of 32 columns is four words of eight nibbles of every row, four of
 * the first half of the block and as many of the second, not yet less 8, which kernels take off all
 * of them; scales stand apart, see {@link BlockScales}.
 *
 * <p>Products with one vector are products of integers of 16 bits, in which all that is beyond them
 * is lost, as it may: the sum of a block is less than {@code 32 * 8 * 127 < 2^15}. So a nibble need
 * not be taken out. The half h of a word is {@code n0 + 16 n1 + 256 n2 + 4096 n3}; then {@code n0 =
 * h - 16 (h >>> 4)}, {@code n1 = (h >>> 4) - 16 (h >>> 8)} and so on, and the products of four
 * inputs are h, h >>> 4, h >>> 8 and h >>> 12, times each input less 16 times the one before it
 * ({@link Inputs#nibblePairs}). Inputs are rounded for that, and for matrix-matrix products too, so
 * that a token gets the same numbers on either way. What offsets add is theirs times the sum of the
 * inputs of their block.
 *
 * @param scales scales and offsets of blocks of 32 columns
 */
record NibblePacking(BlockScales scales) implements BlockPacking {
  private static final int WORDS = 4; // of a block
  private static final int PAIRS = BLOCK / 2; // of inputs of a block
  private static final int TOP = 0xf0000000;
  private static final int LESS_8 = 0x80000000; // at the top: q - 8 is q with its top bit turned
  private static final float LESS = 8;
  private static final float SCALE_DOWN = 0x1p-28f;

  @Override
  public int inputs() {
    return Inputs.ROUNDED | Inputs.NIBBLE_PAIRS;
  }

  @Override
  public long groupBytes(int columns) {
    return columns / 8 * STEP;
  }

  @Override
  public float less() {
    return LESS;
  }

  @Override
  public void decoded(
      CpuWeights w,
      int group,
      int from,
      int to,
      float[] scales,
      int scalesAt,
      Inputs in,
      int token,
      float[] sums) {
    long at = w.at(group) + from / 8 * STEP;
    int first = (token * w.columns() + from) / BLOCK;
    decoded(w.data, at, first, first + (to - from) / BLOCK, scales, scalesAt, in, sums);
  }

  /**
   * Adds products: of four columns in each half of a word, then of a block.
   *
   * @param first first block of inputs
   * @param end end of the blocks
   */
  @Kernel
  private static void decoded(
      MemorySegment w,
      long at,
      int first,
      int end,
      float[] scales,
      int scalesAt,
      Inputs in,
      float[] sums) {
    int[] pairs = in.nibblePairs;
    float[] inputScales = in.scales;
    int[] offsets = in.offsets;
    FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, 0);
    FloatVector otherSum = FloatVector.fromArray(Simd.FLOATS, sums, Simd.WIDTH);
    ShortVector a = ShortVector.zero(Simd.SHORTS);
    ShortVector b = a;
    int from = first * PAIRS;
    for (int k = from; k < end * PAIRS; k += 4) {
      long p = at + (k - from) * (STEP / 4);
      ShortVector u = ShortVector.fromMemorySegment(Simd.SHORTS, w, p, Simd.ORDER);
      ShortVector v = ShortVector.fromMemorySegment(Simd.SHORTS, w, p + Simd.BYTES, Simd.ORDER);
      ShortVector n = IntVector.broadcast(Simd.INTS, pairs[k]).reinterpretAsShorts();
      a = a.add(u.mul(n));
      b = b.add(v.mul(n));
      n = IntVector.broadcast(Simd.INTS, pairs[k + 1]).reinterpretAsShorts();
      a = a.add(u.lanewise(LSHR, 4).mul(n));
      b = b.add(v.lanewise(LSHR, 4).mul(n));
      n = IntVector.broadcast(Simd.INTS, pairs[k + 2]).reinterpretAsShorts();
      a = a.add(u.lanewise(LSHR, 8).mul(n));
      b = b.add(v.lanewise(LSHR, 8).mul(n));
      n = IntVector.broadcast(Simd.INTS, pairs[k + 3]).reinterpretAsShorts();
      a = a.add(u.lanewise(LSHR, 12).mul(n));
      b = b.add(v.lanewise(LSHR, 12).mul(n));
      if ((k & PAIRS - 4) == PAIRS - 4) { // the last word of a block
        int block = k / PAIRS;
        int s = scalesAt + (block - first) * ROWS;
        FloatVector inputScale = FloatVector.broadcast(Simd.FLOATS, inputScales[block]);
        IntVector less = IntVector.broadcast(Simd.INTS, offsets[block]);
        IntVector c = a.reinterpretAsInts();
        c = c.add(c.lanewise(LSHL, 16)).sub(less).lanewise(ASHR, 16);
        FloatVector scale = FloatVector.fromArray(Simd.FLOATS, scales, s);
        sum = ((FloatVector) c.convert(I2F, 0)).mul(inputScale).fma(scale, sum);
        c = b.reinterpretAsInts();
        c = c.add(c.lanewise(LSHL, 16)).sub(less).lanewise(ASHR, 16);
        scale = FloatVector.fromArray(Simd.FLOATS, scales, s + Simd.WIDTH);
        otherSum = ((FloatVector) c.convert(I2F, 0)).mul(inputScale).fma(scale, otherSum);
        a = ShortVector.zero(Simd.SHORTS);
        b = a;
      }
    }
    sum.intoArray(sums, 0);
    otherSum.intoArray(sums, Simd.WIDTH);
  }

  @Override
  public void halves(
      CpuWeights w, int group, int from, int to, Inputs in, int token, float[] sums) {
    long at = w.at(group) + from / 8 * STEP;
    int first = (token * w.columns() + from) / BLOCK;
    int end = first + (to - from) / BLOCK;
    halves(w.data, at, first, end, HalfScales.at(w, group, from), in, sums);
  }

  /** As {@link #decoded}, which differs in the last lines of a block only: C2 takes no more. */
  @Kernel
  private static void halves(
      MemorySegment w, long at, int first, int end, long scales, Inputs in, float[] sums) {
    int[] pairs = in.nibblePairs;
    float[] inputScales = in.scales;
    int[] offsets = in.offsets;
    FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, 0);
    FloatVector otherSum = FloatVector.fromArray(Simd.FLOATS, sums, Simd.WIDTH);
    ShortVector a = ShortVector.zero(Simd.SHORTS);
    ShortVector b = a;
    int from = first * PAIRS;
    for (int k = from; k < end * PAIRS; k += 4) {
      long p = at + (k - from) * (STEP / 4);
      ShortVector u = ShortVector.fromMemorySegment(Simd.SHORTS, w, p, Simd.ORDER);
      ShortVector v = ShortVector.fromMemorySegment(Simd.SHORTS, w, p + Simd.BYTES, Simd.ORDER);
      ShortVector n = IntVector.broadcast(Simd.INTS, pairs[k]).reinterpretAsShorts();
      a = a.add(u.mul(n));
      b = b.add(v.mul(n));
      n = IntVector.broadcast(Simd.INTS, pairs[k + 1]).reinterpretAsShorts();
      a = a.add(u.lanewise(LSHR, 4).mul(n));
      b = b.add(v.lanewise(LSHR, 4).mul(n));
      n = IntVector.broadcast(Simd.INTS, pairs[k + 2]).reinterpretAsShorts();
      a = a.add(u.lanewise(LSHR, 8).mul(n));
      b = b.add(v.lanewise(LSHR, 8).mul(n));
      n = IntVector.broadcast(Simd.INTS, pairs[k + 3]).reinterpretAsShorts();
      a = a.add(u.lanewise(LSHR, 12).mul(n));
      b = b.add(v.lanewise(LSHR, 12).mul(n));
      if ((k & PAIRS - 4) == PAIRS - 4) { // the last word of a block
        int block = k / PAIRS;
        long s = scales + (block - first) / 2 * STEP;
        int shift = HalfScales.shift(block - first);
        float up = inputScales[block] * Half.HALF_WAY;
        IntVector less = IntVector.broadcast(Simd.INTS, offsets[block]);
        IntVector c = a.reinterpretAsInts();
        c = c.add(c.lanewise(LSHL, 16)).sub(less).lanewise(ASHR, 16);
        IntVector h =
            IntVector.fromMemorySegment(Simd.INTS, w, s, Simd.ORDER).lanewise(LSHL, shift);
        FloatVector scale = h.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats();
        sum = ((FloatVector) c.convert(I2F, 0)).mul(up).fma(scale, sum);
        c = b.reinterpretAsInts();
        c = c.add(c.lanewise(LSHL, 16)).sub(less).lanewise(ASHR, 16);
        h =
            IntVector.fromMemorySegment(Simd.INTS, w, s + Simd.BYTES, Simd.ORDER)
                .lanewise(LSHL, shift);
        scale = h.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats();
        otherSum = ((FloatVector) c.convert(I2F, 0)).mul(up).fma(scale, otherSum);
        a = ShortVector.zero(Simd.SHORTS);
        b = a;
      }
    }
    sum.intoArray(sums, 0);
    otherSum.intoArray(sums, Simd.WIDTH);
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
    scales.decode(w.data, w.scalesAt(group), first, first + blocks, LESS, decoded, offsets);
    if (!scales.offsets()) {
      Arrays.fill(offsets, 0, blocks * ROWS, 0);
    }
    long codes = w.at(group) + from / 8 * STEP;
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
    for (int i = 0; i < blocks * WORDS * 4; i++) { // halves of words of both vectors of rows
      int vector = i & 1;
      int half = i >> 1 & 1;
      int word = i >> 2;
      int s = word / WORDS * ROWS + vector * Simd.WIDTH;
      FloatVector scale = FloatVector.fromArray(Simd.FLOATS, scales, s).mul(SCALE_DOWN);
      FloatVector offset = FloatVector.fromArray(Simd.FLOATS, offsets, s);
      long p = at + word * STEP + vector * Simd.BYTES;
      int column = word / WORDS * BLOCK + half * (BLOCK / 2) + word % WORDS * 4;
      long q = panelAt + column * STEP + vector * Simd.BYTES;
      IntVector words = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      words = words.lanewise(LSHL, 16 - 16 * half);
      IntVector top = words.lanewise(LSHL, 12).and(TOP).lanewise(XOR, LESS_8);
      FloatVector number = (FloatVector) top.convert(I2F, 0);
      number.fma(scale, offset).intoMemorySegment(panel, q, Simd.ORDER);
      top = words.lanewise(LSHL, 8).and(TOP).lanewise(XOR, LESS_8);
      number = (FloatVector) top.convert(I2F, 0);
      number.fma(scale, offset).intoMemorySegment(panel, q + STEP, Simd.ORDER);
      top = words.lanewise(LSHL, 4).and(TOP).lanewise(XOR, LESS_8);
      number = (FloatVector) top.convert(I2F, 0);
      number.fma(scale, offset).intoMemorySegment(panel, q + 2 * STEP, Simd.ORDER);
      top = words.and(TOP).lanewise(XOR, LESS_8);
      number = (FloatVector) top.convert(I2F, 0);
      number.fma(scale, offset).intoMemorySegment(panel, q + 3 * STEP, Simd.ORDER);
    }
  }

  @Override
  public void row(CpuWeights w, int group, int row, float[] into, int intoAt) {
    long codes = w.at(group);
    long at = w.scalesAt(group);
    for (int c = 0; c < w.columns(); c++) {
      int inBlock = c % BLOCK;
      int inHalf = inBlock % (BLOCK / 2);
      int word = Packing.word(w.data, codes, c / BLOCK * WORDS + inHalf / 4, row);
      int code = word >>> inBlock / (BLOCK / 2) * 16 + inHalf % 4 * 4 & 15;
      float scale = scales.scale(w.data, at, c / BLOCK, row);
      into[intoAt + c] =
          scales.offsets()
              ? scale * code + scales.offset(w.data, at, c / BLOCK, row)
              : scale * (code - LESS);
    }
  }
}
