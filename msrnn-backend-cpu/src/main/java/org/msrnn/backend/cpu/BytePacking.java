package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Q8_0, and formats of five and six bits. Four columns are a word of four signed bytes; scales
 * stand apart, see {@link BlockScales}. Codes from 0 to 31 that have offsets are less 16.
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
record BytePacking(BlockScales scales, boolean rounds) implements BlockPacking {
  private static final int PAIRS = BLOCK / 2; // of inputs of a block
  private static final float LESS = 16;
  private static final int TOP = 0xff000000;
  private static final float SCALE_DOWN = 0x1p-24f;
  private static final float UP = SCALE_DOWN * Half.HALF_WAY;

  @Override
  public int inputs() {
    if (rounds) {
      return Inputs.ROUNDED | Inputs.BYTE_PAIRS;
    }
    return scales.offsets() ? Inputs.PLAIN | Inputs.SUMS : Inputs.PLAIN;
  }

  @Override
  public long groupBytes(int columns) {
    return columns / 4 * STEP;
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
    long at = w.at(group) + from / 4 * STEP;
    int bits = Integer.numberOfTrailingZeros(this.scales.block() / 4);
    int x = in.at(token) + from;
    decoded(w.data, at, (to - from) / 4, bits, scales, scalesAt, in.x, x, sums);
  }

  /**
   * @param words of each row
   * @param bits a block has as many words as two to the power of this
   */
  @Kernel
  private static void decoded(
      MemorySegment w,
      long at,
      int words,
      int bits,
      float[] scales,
      int scalesAt,
      float[] x,
      int xAt,
      float[] sums) {
    FloatVector sum = FloatVector.zero(Simd.FLOATS);
    FloatVector otherSum = sum;
    for (int i = 0; i < words; i++) {
      long p = at + i * STEP;
      IntVector u = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      IntVector v = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      int k = xAt + 4 * i;
      FloatVector n = FloatVector.broadcast(Simd.FLOATS, x[k]);
      FloatVector a = ((FloatVector) u.lanewise(LSHL, 24).convert(I2F, 0)).mul(n);
      FloatVector b = ((FloatVector) v.lanewise(LSHL, 24).convert(I2F, 0)).mul(n);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 1]);
      a = ((FloatVector) u.lanewise(LSHL, 16).and(TOP).convert(I2F, 0)).fma(n, a);
      b = ((FloatVector) v.lanewise(LSHL, 16).and(TOP).convert(I2F, 0)).fma(n, b);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 2]);
      a = ((FloatVector) u.lanewise(LSHL, 8).and(TOP).convert(I2F, 0)).fma(n, a);
      b = ((FloatVector) v.lanewise(LSHL, 8).and(TOP).convert(I2F, 0)).fma(n, b);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 3]);
      a = ((FloatVector) u.and(TOP).convert(I2F, 0)).fma(n, a);
      b = ((FloatVector) v.and(TOP).convert(I2F, 0)).fma(n, b);
      int s = scalesAt + (i >> bits) * ROWS;
      sum = a.fma(FloatVector.fromArray(Simd.FLOATS, scales, s), sum);
      otherSum = b.fma(FloatVector.fromArray(Simd.FLOATS, scales, s + Simd.WIDTH), otherSum);
    }
    Simd.add(sum.mul(SCALE_DOWN), sums, 0);
    Simd.add(otherSum.mul(SCALE_DOWN), sums, Simd.WIDTH);
  }

  @Override
  public void halves(
      CpuWeights w, int group, int from, int to, Inputs in, int token, float[] sums) {
    long at = w.at(group) + from / 4 * STEP;
    long scales = HalfScales.at(w, group, from);
    if (rounds) {
      int first = (token * w.columns() + from) / BLOCK;
      integers(w.data, at, first, first + (to - from) / BLOCK, scales, in, sums);
    } else {
      halves(w.data, at, to - from, scales, in.x, in.at(token) + from, sums);
    }
  }

  /** Products of floats. */
  @Kernel
  private static void halves(
      MemorySegment w, long at, int columns, long scales, float[] x, int xAt, float[] sums) {
    FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, 0);
    FloatVector otherSum = FloatVector.fromArray(Simd.FLOATS, sums, Simd.WIDTH);
    FloatVector a = FloatVector.zero(Simd.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int k = xAt; k < xAt + columns; k += 4) {
      long p = at + (k - xAt) * (STEP / 4);
      IntVector u = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      IntVector v = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      FloatVector n = FloatVector.broadcast(Simd.FLOATS, x[k]);
      a = ((FloatVector) u.lanewise(LSHL, 24).convert(I2F, 0)).fma(n, a);
      b = ((FloatVector) v.lanewise(LSHL, 24).convert(I2F, 0)).fma(n, b);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 1]);
      c = ((FloatVector) u.lanewise(LSHL, 16).and(TOP).convert(I2F, 0)).fma(n, c);
      d = ((FloatVector) v.lanewise(LSHL, 16).and(TOP).convert(I2F, 0)).fma(n, d);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 2]);
      a = ((FloatVector) u.lanewise(LSHL, 8).and(TOP).convert(I2F, 0)).fma(n, a);
      b = ((FloatVector) v.lanewise(LSHL, 8).and(TOP).convert(I2F, 0)).fma(n, b);
      n = FloatVector.broadcast(Simd.FLOATS, x[k + 3]);
      c = ((FloatVector) u.and(TOP).convert(I2F, 0)).fma(n, c);
      d = ((FloatVector) v.and(TOP).convert(I2F, 0)).fma(n, d);
      int column = k - xAt;
      if ((column & BLOCK - 4) == BLOCK - 4) { // the last word of a block
        long s = scales + column / (2 * BLOCK) * STEP;
        int shift = HalfScales.shift(column / BLOCK);
        IntVector h =
            IntVector.fromMemorySegment(Simd.INTS, w, s, Simd.ORDER).lanewise(LSHL, shift);
        FloatVector scale = h.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats();
        sum = a.add(c).mul(UP).fma(scale, sum);
        h =
            IntVector.fromMemorySegment(Simd.INTS, w, s + Simd.BYTES, Simd.ORDER)
                .lanewise(LSHL, shift);
        scale = h.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats();
        otherSum = b.add(d).mul(UP).fma(scale, otherSum);
        a = FloatVector.zero(Simd.FLOATS);
        b = a;
        c = a;
        d = a;
      }
    }
    sum.intoArray(sums, 0);
    otherSum.intoArray(sums, Simd.WIDTH);
  }

  /**
   * Products of integers.
   *
   * @param first first block of inputs
   * @param end end of the blocks
   */
  @Kernel
  private static void integers(
      MemorySegment w, long at, int first, int end, long scales, Inputs in, float[] sums) {
    int[] pairs = in.bytePairs;
    float[] inputScales = in.scales;
    FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, 0);
    FloatVector otherSum = FloatVector.fromArray(Simd.FLOATS, sums, Simd.WIDTH);
    IntVector e = IntVector.zero(Simd.INTS);
    IntVector f = e;
    int from = first * PAIRS;
    for (int k = from; k < end * PAIRS; k += 2) {
      long p = at + (k - from) * (STEP / 2);
      IntVector u = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      IntVector v = IntVector.fromMemorySegment(Simd.INTS, w, p + Simd.BYTES, Simd.ORDER);
      ShortVector n = Simd.shorts(pairs[k]);
      ShortVector a = u.lanewise(LSHL, 8).reinterpretAsShorts().lanewise(ASHR, 8).mul(n);
      ShortVector b = v.lanewise(LSHL, 8).reinterpretAsShorts().lanewise(ASHR, 8).mul(n);
      n = Simd.shorts(pairs[k + 1]);
      IntVector c = a.add(u.reinterpretAsShorts().lanewise(ASHR, 8).mul(n)).reinterpretAsInts();
      IntVector d = b.add(v.reinterpretAsShorts().lanewise(ASHR, 8).mul(n)).reinterpretAsInts();
      e = e.add(c.lanewise(ASHR, 16)).add(c.lanewise(LSHL, 16).lanewise(ASHR, 16));
      f = f.add(d.lanewise(ASHR, 16)).add(d.lanewise(LSHL, 16).lanewise(ASHR, 16));
      if ((k & PAIRS - 2) == PAIRS - 2) { // the last word of a block
        int block = k / PAIRS;
        long s = scales + (block - first) / 2 * STEP;
        int shift = HalfScales.shift(block - first);
        float up = inputScales[block] * Half.HALF_WAY;
        IntVector h =
            IntVector.fromMemorySegment(Simd.INTS, w, s, Simd.ORDER).lanewise(LSHL, shift);
        FloatVector scale = h.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats();
        sum = ((FloatVector) e.convert(I2F, 0)).mul(up).fma(scale, sum);
        h =
            IntVector.fromMemorySegment(Simd.INTS, w, s + Simd.BYTES, Simd.ORDER)
                .lanewise(LSHL, shift);
        scale = h.lanewise(ASHR, 3).and(Half.FLOAT_BITS).reinterpretAsFloats();
        otherSum = ((FloatVector) f.convert(I2F, 0)).mul(up).fma(scale, otherSum);
        e = IntVector.zero(Simd.INTS);
        f = e;
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
    int first = from / scales.block();
    int blocks = (to - from) / scales.block();
    float[] decoded = scratch.scales(blocks);
    float[] offsets = scratch.offsets(blocks);
    scales.decode(w.data, w.scalesAt(group), first, first + blocks, LESS, decoded, offsets);
    if (!scales.offsets()) {
      Arrays.fill(offsets, 0, blocks * ROWS, 0);
    }
    int bits = Integer.numberOfTrailingZeros(scales.block() / 4);
    long codes = w.at(group) + from / 4 * STEP;
    decode(w.data, codes, blocks, bits, decoded, offsets, panel, panelAt);
  }

  @Kernel
  private static void decode(
      MemorySegment w,
      long at,
      int blocks,
      int bits,
      float[] scales,
      float[] offsets,
      MemorySegment panel,
      long panelAt) {
    for (int i = 0; i < 2 * blocks << bits; i++) { // words of one vector of rows, then of the other
      int vector = i & 1;
      int s = (i >> 1 + bits) * ROWS + vector * Simd.WIDTH;
      FloatVector scale = FloatVector.fromArray(Simd.FLOATS, scales, s).mul(SCALE_DOWN);
      FloatVector offset = FloatVector.fromArray(Simd.FLOATS, offsets, s);
      long p = at + i * Simd.BYTES;
      long q = panelAt + i / 2 * (4 * STEP) + vector * Simd.BYTES;
      IntVector four = IntVector.fromMemorySegment(Simd.INTS, w, p, Simd.ORDER);
      IntVector top0 = four.lanewise(LSHL, 24);
      FloatVector v0 = (FloatVector) top0.convert(I2F, 0);
      v0 = v0.fma(scale, offset);
      v0.intoMemorySegment(panel, q, Simd.ORDER);
      IntVector top1 = four.lanewise(LSHL, 16).and(TOP);
      FloatVector v1 = (FloatVector) top1.convert(I2F, 0);
      v1 = v1.fma(scale, offset);
      v1.intoMemorySegment(panel, q + STEP, Simd.ORDER);
      IntVector top2 = four.lanewise(LSHL, 8).and(TOP);
      FloatVector v2 = (FloatVector) top2.convert(I2F, 0);
      v2 = v2.fma(scale, offset);
      v2.intoMemorySegment(panel, q + 2 * STEP, Simd.ORDER);
      IntVector top3 = four.and(TOP);
      FloatVector v3 = (FloatVector) top3.convert(I2F, 0);
      v3 = v3.fma(scale, offset);
      v3.intoMemorySegment(panel, q + 3 * STEP, Simd.ORDER);
    }
  }

  @Override
  public void row(CpuWeights w, int group, int row, float[] into, int intoAt) {
    long codes = w.at(group);
    long at = w.scalesAt(group);
    for (int c = 0; c < w.columns(); c++) {
      int block = c / scales.block();
      int code = (byte) (Packing.word(w.data, codes, c / 4, row) >>> 8 * (c % 4));
      float scale = scales.scale(w.data, at, block, row);
      into[intoAt + c] =
          scales.offsets()
              ? scale * (code + LESS) + scales.offset(w.data, at, block, row)
              : scale * code;
    }
  }
}
