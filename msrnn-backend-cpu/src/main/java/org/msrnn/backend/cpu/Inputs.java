package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.RoundedInputs;

/**
 * The inputs of one or more products in the forms that kernels want, made once for all of them:
 * plain numbers, the same rounded ({@link RoundedInputs}), these as integers, and either in tiles
 * of a few tokens for matrix-matrix products.
 *
 * <p>A tile is {@code [column][token of the tile]}; those before the last take {@link Gemm#TOKENS}
 * tokens. Tokens that the last one lacks are zeros.
 */
final class Inputs implements WorkerPool.Task {
  private static final int BLOCK = RoundedInputs.BLOCK;

  /** Adding and taking this off rounds to a whole number, to even between two. */
  private static final float TO_WHOLE = 0x1.8p23f;

  private static final int TILES_A_CHUNK = 4;

  /** How often the number before is added to each of four neighbours. */
  private static final int[] BEFORE = new int[Simd.WIDTH];

  static {
    for (int i = 0; i < BEFORE.length; i++) {
      BEFORE[i] = i % 4 == 0 ? 0 : -16;
    }
  }

  // the forms: x, sums, rounded, and beside the latter its integers in one of two orders
  static final int PLAIN = 1;
  static final int SUMS = 2;
  static final int ROUNDED = 4;
  static final int BYTE_PAIRS = 8;
  static final int NIBBLE_PAIRS = 16;

  /** Plain inputs, token t from {@link #at(int)} on. */
  float[] x = {};

  private int at;
  private int stride;
  private int columns;
  private int tokens;
  private int forms;

  /** Rounded inputs, {@code [token][column]}. */
  float[] rounded = {};

  /**
   * Rounded inputs as integers, {@code [token][column / 2]}, two of four neighbours a word: numbers
   * 0 and 2 in the first, 1 and 3 in the second, the first of them in the lower half. So stand the
   * bytes of a word, if all halves are shifted alike.
   */
  int[] bytePairs = {};

  /**
   * Rounded inputs as integers, of four neighbours each but the first less 16 times the one before
   * it, {@code [token][block][16]}, two a word: number i of a block in the lower half, number 16 +
   * i in the upper one. See {@link NibblePacking}.
   */
  int[] nibblePairs = {};

  /** Scales of the integers, {@code [token][block]}. */
  float[] scales = {};

  /** Eight times the sum of a block's integers in the upper half, {@code [token][block]}. */
  int[] offsets = {};

  /** Sums of the plain inputs of each block, {@code [token][block]}. */
  float[] sums = {};

  /** Sums of the rounded inputs of each block, {@code [token][block]}. */
  float[] roundedSums = {};

  /** Plain inputs in tiles. */
  float[] tiles = {};

  /** Rounded inputs in tiles. */
  float[] roundedTiles = {};

  private int[] integers = {}; // of a token, behind a vector that is not used

  /** Takes rows of a buffer. */
  void of(CpuBuffer buffer, int firstRow, int rows, int width) {
    x = buffer.data;
    at = buffer.at(firstRow);
    stride = buffer.columns();
    columns = width;
    tokens = rows;
  }

  int columns() {
    return columns;
  }

  int tokens() {
    return tokens;
  }

  /** Where a token starts in {@link #x}. */
  int at(int token) {
    return at + token * stride;
  }

  /** Whether the products are of matrices: enough tokens for panels. */
  boolean tiled() {
    return tokens >= Gemm.LEAST_TOKENS;
  }

  /**
   * Makes the forms that are wanted.
   *
   * @param wanted some of {@link #PLAIN} and its like
   */
  void prepare(int wanted, WorkerPool pool) {
    forms = wanted;
    if (wants(ROUNDED)) {
      rounded = Scratch.atLeast(rounded, (long) tokens * columns);
    }
    if (tiled()) {
      long numbers = (long) (tokens + Gemm.TOKENS) * columns;
      tiles = wants(PLAIN) ? Scratch.atLeast(tiles, numbers) : tiles;
      roundedTiles = wants(ROUNDED) ? Scratch.atLeast(roundedTiles, numbers) : roundedTiles;
      int all = Gemm.tiles(tokens);
      pool.run(this, (all + TILES_A_CHUNK - 1) / TILES_A_CHUNK);
      return;
    }
    if (wants(SUMS)) {
      sum();
    }
    if (wants(ROUNDED)) {
      integers();
    }
  }

  private boolean wants(int form) {
    return (forms & form) != 0;
  }

  private void integers() {
    int numbers = tokens * columns;
    integers = atLeast(integers, Simd.WIDTH + columns);
    bytePairs = wants(BYTE_PAIRS) ? atLeast(bytePairs, numbers / 2) : bytePairs;
    nibblePairs = wants(NIBBLE_PAIRS) ? atLeast(nibblePairs, numbers / 2) : nibblePairs;
    offsets = atLeast(offsets, numbers / BLOCK);
    scales = Scratch.atLeast(scales, numbers / BLOCK);
    roundedSums = Scratch.atLeast(roundedSums, numbers / BLOCK);
    for (int t = 0; t < tokens; t++) {
      round(t, true);
      if (wants(BYTE_PAIRS)) {
        pairBytes(t);
      }
      if (wants(NIBBLE_PAIRS)) {
        pairNibbles(t);
      }
    }
  }

  private void sum() {
    int blocks = columns / BLOCK;
    sums = Scratch.atLeast(sums, (long) tokens * blocks);
    for (int t = 0; t < tokens; t++) {
      for (int b = 0; b < blocks; b++) {
        FloatVector sum = FloatVector.zero(Simd.FLOATS);
        for (int i = 0; i < BLOCK; i += Simd.WIDTH) {
          sum = sum.add(FloatVector.fromArray(Simd.FLOATS, x, at(t) + b * BLOCK + i));
        }
        sums[t * blocks + b] = Simd.sum(sum);
      }
    }
  }

  private static int[] atLeast(int[] present, int size) {
    return present.length >= size ? present : new int[size + size / 2];
  }

  @Override
  public void run(int chunk, int lane) {
    int end = Math.min(Gemm.tiles(tokens), (chunk + 1) * TILES_A_CHUNK);
    for (int tile = chunk * TILES_A_CHUNK; tile < end; tile++) {
      int first = tile * Gemm.TOKENS;
      int size = Gemm.tileSize(tokens - first);
      int present = Math.min(size, tokens - first);
      if (wants(PLAIN)) {
        tile(x, at(first), stride, present, size, columns, tiles, first * columns);
      }
      if (wants(ROUNDED)) {
        for (int t = first; t < first + present; t++) {
          round(t, false);
        }
        tile(
            rounded,
            first * columns,
            columns,
            present,
            size,
            columns,
            roundedTiles,
            first * columns);
      }
    }
  }

  private static void tile(
      float[] from, int at, int stride, int present, int size, int columns, float[] to, int toAt) {
    for (int t = 0; t < size; t++) {
      int row = at + t * stride;
      for (int c = 0; c < columns; c++) {
        to[toAt + c * size + t] = t < present ? from[row + c] : 0;
      }
    }
  }

  /** Rounds a token's numbers, and keeps integers and scales if they are wanted. */
  private void round(int token, boolean keep) {
    int from = at(token);
    int to = token * columns;
    for (int b = 0; b < columns; b += BLOCK) {
      float most = largest(x, from + b);
      float scale = RoundedInputs.scale(most);
      if (keep) {
        scales[(to + b) / BLOCK] = scale;
        round(
            x,
            from + b,
            RoundedInputs.inverse(most),
            scale,
            rounded,
            to + b,
            integers,
            Simd.WIDTH + b);
      } else {
        round(x, from + b, RoundedInputs.inverse(most), scale, rounded, to + b);
      }
    }
  }

  private static float largest(float[] x, int at) {
    FloatVector most = FloatVector.zero(Simd.FLOATS);
    for (int i = 0; i < BLOCK; i += Simd.WIDTH) {
      most = most.max(FloatVector.fromArray(Simd.FLOATS, x, at + i).abs());
    }
    return most.reduceLanes(MAX);
  }

  private static void round(float[] x, int at, float inverse, float scale, float[] to, int toAt) {
    for (int i = 0; i < BLOCK; i += Simd.WIDTH) {
      FloatVector v = FloatVector.fromArray(Simd.FLOATS, x, at + i).mul(inverse);
      v.add(TO_WHOLE).sub(TO_WHOLE).mul(scale).intoArray(to, toAt + i);
    }
  }

  private static void round(
      float[] x,
      int at,
      float inverse,
      float scale,
      float[] to,
      int toAt,
      int[] integers,
      int integersAt) {
    for (int i = 0; i < BLOCK; i += Simd.WIDTH) {
      FloatVector v = FloatVector.fromArray(Simd.FLOATS, x, at + i).mul(inverse);
      FloatVector whole = v.add(TO_WHOLE).sub(TO_WHOLE);
      whole.mul(scale).intoArray(to, toAt + i);
      ((IntVector) whole.convert(F2I, 0)).intoArray(integers, integersAt + i);
    }
  }

  private void pairBytes(int token) {
    int to = token * columns;
    for (int i = 0; i < columns; i += 4) {
      int k = Simd.WIDTH + i;
      bytePairs[(to + i) / 2] = integers[k] & 0xffff | integers[k + 2] << 16;
      bytePairs[(to + i) / 2 + 1] = integers[k + 1] & 0xffff | integers[k + 3] << 16;
    }
  }

  private void pairNibbles(int token) {
    for (int b = 0; b < columns; b += BLOCK) {
      int block = (token * columns + b) / BLOCK;
      IntVector sum = IntVector.zero(Simd.INTS);
      for (int i = 0; i < BLOCK / 2; i += Simd.WIDTH) {
        int k = Simd.WIDTH + b + i;
        IntVector left = IntVector.fromArray(Simd.INTS, integers, k);
        IntVector right = IntVector.fromArray(Simd.INTS, integers, k + BLOCK / 2);
        sum = sum.add(left).add(right);
        IntVector before = IntVector.fromArray(Simd.INTS, BEFORE, 0);
        left = left.add(IntVector.fromArray(Simd.INTS, integers, k - 1).mul(before));
        right = right.add(IntVector.fromArray(Simd.INTS, integers, k - 1 + BLOCK / 2).mul(before));
        left.and(0xffff)
            .or(right.lanewise(LSHL, 16))
            .intoArray(nibblePairs, block * (BLOCK / 2) + i);
      }
      int all = sum.reduceLanes(ADD);
      offsets[block] = 8 * all << 16;
      roundedSums[block] = all * scales[block];
    }
  }
}
