package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix-matrix products. Two groups of rows and some of their columns are decoded to floats, a
 * panel that stays in the first cache while many tokens pass; the innermost loop keeps the sums of
 * two vectors of rows by four tokens in registers. All formats share that loop.
 */
final class Gemm {
  /** Tokens of a tile. */
  static final int TOKENS = 4;

  /** Fewest tokens for which a panel pays. */
  static final int LEAST_TOKENS = 4;

  /** Tokens for which a panel is decoded at a time: their inputs stay in the second cache. */
  private static final int TOKENS_A_TIME = 64;

  private static final int GROUPS = 2;
  private static final int TILE = GROUPS * TOKENS;

  /** Columns of a panel, such that it takes half of a first cache of 32 KiB or more. */
  private static final int DEPTH =
      16_384 / (int) (GROUPS * Simd.BYTES) / Packing.PANEL_STEP * Packing.PANEL_STEP;

  /** Bytes of a panel. */
  static final long PANEL_BYTES = (long) GROUPS * DEPTH * Simd.BYTES;

  /** Numbers in a tile. */
  static final int TILE_NUMBERS = TILE * Simd.WIDTH;

  private Gemm() {}

  /**
   * {@code out[t][r] = sum_c w[r][c] x[t][c]} for the rows of some groups.
   *
   * @param from first group
   * @param to end of the groups
   * @param x inputs, token t from {@code xAt + t * xStride}
   * @param tokens how many
   */
  static void multiply(
      CpuWeights w,
      int from,
      int to,
      float[] x,
      int xAt,
      int xStride,
      int tokens,
      CpuBuffer out,
      Scratch scratch) {
    for (int t = 0; t < tokens; t += TOKENS_A_TIME) {
      int count = Math.min(TOKENS_A_TIME, tokens - t);
      int first = xAt + t * xStride;
      for (int g = from; g < to; g += GROUPS) {
        for (int column = 0; column < w.columns(); column += DEPTH) {
          pair(w, g, g + 1 < to, column, x, first + column, xStride, t, count, out, scratch);
        }
      }
    }
  }

  /** Adds what some columns of one or two groups contribute. */
  private static void pair(
      CpuWeights w,
      int group,
      boolean two,
      int column,
      float[] x,
      int xAt,
      int xStride,
      int outRow,
      int tokens,
      CpuBuffer out,
      Scratch scratch) {
    int depth = Math.min(DEPTH, w.columns() - column);
    MemorySegment panel = scratch.panel();
    long first = 0;
    long second = two ? DEPTH * Simd.BYTES : 0;
    if (w.packing instanceof FloatPacking) {
      panel = w.data;
      first = w.at(group) + column * Simd.BYTES;
      second = two ? w.at(group + 1) + column * Simd.BYTES : first;
    } else {
      w.packing.decode(w.data, w.at(group), column, column + depth, panel, first);
      if (two) {
        w.packing.decode(w.data, w.at(group + 1), column, column + depth, panel, second);
      }
    }
    float[] tile = scratch.tile;
    int row = group * Simd.WIDTH;
    int rows = Math.min(w.rowsFrom(group), two ? 2 * Simd.WIDTH : Simd.WIDTH);
    for (int t = 0; t < tokens; t += TOKENS) {
      int left = tokens - t;
      int x0 = xAt + t * xStride;
      // a tile that sticks out repeats its first token and drops the results
      int x1 = left > 1 ? x0 + xStride : x0;
      int x2 = left > 2 ? x0 + 2 * xStride : x0;
      int x3 = left > 3 ? x0 + 3 * xStride : x0;
      tile(panel, first, second, depth, x, x0, x1, x2, x3, tile);
      for (int i = 0; i < Math.min(TOKENS, left); i++) {
        emit(
            tile,
            i * GROUPS * Simd.WIDTH,
            out.data,
            out.at(outRow + t + i) + row,
            rows,
            column > 0);
      }
    }
  }

  private static void tile(
      MemorySegment w,
      long first,
      long second,
      int depth,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      float[] tile) {
    FloatVector a0 = FloatVector.zero(Simd.FLOATS);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int k = 0; k < depth; k++) {
      FloatVector a = Simd.floats(w, first + k * Simd.BYTES);
      FloatVector b = Simd.floats(w, second + k * Simd.BYTES);
      FloatVector v = Simd.all(x[x0 + k]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      v = Simd.all(x[x1 + k]);
      a1 = a.fma(v, a1);
      b1 = b.fma(v, b1);
      v = Simd.all(x[x2 + k]);
      a2 = a.fma(v, a2);
      b2 = b.fma(v, b2);
      v = Simd.all(x[x3 + k]);
      a3 = a.fma(v, a3);
      b3 = b.fma(v, b3);
    }
    a0.intoArray(tile, 0);
    b0.intoArray(tile, Simd.WIDTH);
    a1.intoArray(tile, 2 * Simd.WIDTH);
    b1.intoArray(tile, 3 * Simd.WIDTH);
    a2.intoArray(tile, 4 * Simd.WIDTH);
    b2.intoArray(tile, 5 * Simd.WIDTH);
    a3.intoArray(tile, 6 * Simd.WIDTH);
    b3.intoArray(tile, 7 * Simd.WIDTH);
  }

  private static void emit(float[] tile, int from, float[] out, int at, int count, boolean add) {
    int whole = Simd.FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Simd.WIDTH) {
      FloatVector sum = FloatVector.fromArray(Simd.FLOATS, tile, from + i);
      (add ? sum.add(FloatVector.fromArray(Simd.FLOATS, out, at + i)) : sum).intoArray(out, at + i);
    }
    for (int i = whole; i < count; i++) {
      out[at + i] = add ? out[at + i] + tile[from + i] : tile[from + i];
    }
  }
}
