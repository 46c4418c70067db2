package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix-matrix products. A group of rows, some of its columns, is decoded to floats, a panel that
 * stays in the first cache while many tokens pass; the innermost loop keeps the sums of two vectors
 * of rows by some tokens in registers. All formats share that loop.
 *
 * <p>Tokens come in tiles ({@link Inputs}), whose numbers lie in the order of their use.
 */
final class Gemm {
  /** Tokens of a large tile: with two weights and an input for each, 20 registers. */
  private static final int MANY_TOKENS = 6;

  /**
   * Tokens of a small tile: for a last one that has no more, and for AVX2, which has 16 registers
   * only. C2 fetches all inputs of a column at once, so that 6 tokens take 20: two of the sums then
   * live in memory, and the loop takes more than twice as long.
   */
  private static final int FEW_TOKENS = 4;

  /** Tokens of a tile. */
  static final int TOKENS = Simd.BYTES == 32 ? FEW_TOKENS : MANY_TOKENS;

  /** Fewest tokens for which a panel pays. */
  static final int LEAST_TOKENS = 4;

  /** Tokens for which a panel is decoded at a time: their inputs stay in the second cache. */
  private static final int TOKENS_A_TIME = 192;

  /** Columns of a panel, such that it takes 16 to 24 KiB of the first cache. */
  private static final int DEPTH =
      Math.min(256, 24_576 / (int) Packing.STEP) / Packing.PANEL_STEP * Packing.PANEL_STEP;

  /** Bytes of a panel. */
  static final long PANEL_BYTES = DEPTH * Packing.STEP;

  /** Numbers in a tile of sums. */
  static final int TILE_NUMBERS = TOKENS * Packing.ROWS;

  private Gemm() {}

  /** Tiles of so many tokens. */
  static int tiles(int tokens) {
    return (tokens + TOKENS - 1) / TOKENS;
  }

  /** Tokens of the next tile where so many tokens are left. */
  static int tileSize(int left) {
    return left <= FEW_TOKENS ? FEW_TOKENS : TOKENS;
  }

  /**
   * {@code out[t][r] = sum_c w[r][c] x[t][c]} for the rows of groups {@code from} to {@code to}.
   */
  static void multiply(CpuWeights w, int from, int to, Inputs in, CpuBuffer out, Scratch scratch) {
    for (int t = 0; t < in.tokens(); t += TOKENS_A_TIME) {
      int end = Math.min(in.tokens(), t + TOKENS_A_TIME);
      for (int column = 0; column < w.columns(); column += DEPTH) {
        for (int g = from; g < to; g++) {
          group(w, g, column, in, t, end, out, scratch);
        }
      }
    }
  }

  /** Adds what some columns of a group contribute to some tokens. */
  private static void group(
      CpuWeights w,
      int group,
      int column,
      Inputs in,
      int firstToken,
      int endToken,
      CpuBuffer out,
      Scratch scratch) {
    int depth = Math.min(DEPTH, w.columns() - column);
    MemorySegment panel = scratch.panel();
    long at = 0;
    if (w.packing instanceof FloatPacking) {
      panel = w.data;
      at = w.at(group) + column * Packing.STEP;
    } else {
      w.packing.decode(w, group, column, column + depth, panel, at, scratch);
    }
    float[] x = w.packing.rounds() ? in.roundedTiles : in.tiles;
    float[] sums = scratch.tile;
    int row = group * Packing.ROWS;
    int rows = w.rowsOf(group);
    for (int t = firstToken; t < endToken; t += TOKENS) {
      int size = tileSize(in.tokens() - t);
      int xAt = t * in.columns() + column * size;
      if (size == MANY_TOKENS) {
        six(panel, at, depth, x, xAt, sums);
      } else {
        four(panel, at, depth, x, xAt, sums);
      }
      for (int i = 0; i < Math.min(size, in.tokens() - t); i++) {
        emit(sums, i * Packing.ROWS, out.data, out.at(t + i) + row, rows, column > 0);
      }
    }
  }

  @Kernel
  private static void six(MemorySegment w, long at, int depth, float[] x, int xAt, float[] sums) {
    FloatVector a0 = FloatVector.zero(Simd.FLOATS);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    FloatVector b4 = a0;
    FloatVector b5 = a0;
    for (int k = 0; k < depth; k++) {
      long p = at + k * Packing.STEP;
      FloatVector a = FloatVector.fromMemorySegment(Simd.FLOATS, w, p, Simd.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(Simd.FLOATS, w, p + Simd.BYTES, Simd.ORDER);
      int i = xAt + k * MANY_TOKENS;
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, x[i]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 1]);
      a1 = a.fma(v, a1);
      b1 = b.fma(v, b1);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 2]);
      a2 = a.fma(v, a2);
      b2 = b.fma(v, b2);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 3]);
      a3 = a.fma(v, a3);
      b3 = b.fma(v, b3);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 4]);
      a4 = a.fma(v, a4);
      b4 = b.fma(v, b4);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 5]);
      a5 = a.fma(v, a5);
      b5 = b.fma(v, b5);
    }
    a0.intoArray(sums, 0);
    b0.intoArray(sums, Simd.WIDTH);
    a1.intoArray(sums, 2 * Simd.WIDTH);
    b1.intoArray(sums, 3 * Simd.WIDTH);
    a2.intoArray(sums, 4 * Simd.WIDTH);
    b2.intoArray(sums, 5 * Simd.WIDTH);
    a3.intoArray(sums, 6 * Simd.WIDTH);
    b3.intoArray(sums, 7 * Simd.WIDTH);
    a4.intoArray(sums, 8 * Simd.WIDTH);
    b4.intoArray(sums, 9 * Simd.WIDTH);
    a5.intoArray(sums, 10 * Simd.WIDTH);
    b5.intoArray(sums, 11 * Simd.WIDTH);
  }

  @Kernel
  private static void four(MemorySegment w, long at, int depth, float[] x, int xAt, float[] sums) {
    FloatVector a0 = FloatVector.zero(Simd.FLOATS);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int k = 0; k < depth; k++) {
      long p = at + k * Packing.STEP;
      FloatVector a = FloatVector.fromMemorySegment(Simd.FLOATS, w, p, Simd.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(Simd.FLOATS, w, p + Simd.BYTES, Simd.ORDER);
      int i = xAt + k * FEW_TOKENS;
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, x[i]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 1]);
      a1 = a.fma(v, a1);
      b1 = b.fma(v, b1);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 2]);
      a2 = a.fma(v, a2);
      b2 = b.fma(v, b2);
      v = FloatVector.broadcast(Simd.FLOATS, x[i + 3]);
      a3 = a.fma(v, a3);
      b3 = b.fma(v, b3);
    }
    a0.intoArray(sums, 0);
    b0.intoArray(sums, Simd.WIDTH);
    a1.intoArray(sums, 2 * Simd.WIDTH);
    b1.intoArray(sums, 3 * Simd.WIDTH);
    a2.intoArray(sums, 4 * Simd.WIDTH);
    b2.intoArray(sums, 5 * Simd.WIDTH);
    a3.intoArray(sums, 6 * Simd.WIDTH);
    b3.intoArray(sums, 7 * Simd.WIDTH);
  }

  private static void emit(float[] sums, int from, float[] out, int at, int count, boolean add) {
    int whole = Simd.FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Simd.WIDTH) {
      FloatVector sum = FloatVector.fromArray(Simd.FLOATS, sums, from + i);
      (add ? sum.add(FloatVector.fromArray(Simd.FLOATS, out, at + i)) : sum).intoArray(out, at + i);
    }
    for (int i = whole; i < count; i++) {
      out[at + i] = add ? out[at + i] + sums[from + i] : sums[from + i];
    }
  }
}
