#include "weights.cl"

// Products with weights: out[t][r] = sum over c of w[r][c] * x[t][c]. BLOCK is the block size of
// the format; formats with BLOCK 1 may have any number of columns, others whole blocks. A work-item
// decodes CHUNKS times 8 neighbours at a time (one time where BLOCK is 1).

// Number i + 8 j, where i is a multiple of 8 CHUNKS, in words from which a compiler sees that all
// j < CHUNKS have the same scale, and computes it once.
#if CHUNKS > 1
#define CHUNK(i, j) ((i) / (8 * CHUNKS) * (8 * CHUNKS) | 8 * (j))
#else
#define CHUNK(i, j) (i)
#endif

inline float sum8(float8 v) {
  float4 four = v.lo + v.hi;
  float2 two = four.lo + four.hi;
  return two.x + two.y;
}

#if defined(TOKENS) && GROUP_X > 1

// The sum over the work-items of a row; all of them get it.
inline float reduce(__local float* parts, int lane, float number) {
  barrier(CLK_LOCAL_MEM_FENCE);
  parts[lane] = number;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP_X / 2; width > 0; width /= 2) {
    if (lane < width) {
      parts[lane] += parts[lane + width];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  return parts[0];
}

#endif

#ifdef TOKENS

// Few tokens: each weight is read and decoded once for up to TOKENS of them. Work-items of the
// first dimension share a row, those of the second have rows of their own. Up to three matrices of
// one format that take the same inputs (queries, keys, values) go one after the other; with GATED
// there are two, gate and up, whose rows r become one number.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void few(__global const float* x, int firstRow, int tokens, int columns,
         __global const uchar* w0, int rows0, __global float* out0, int stride0,
         __global const uchar* w1, int rows1, __global float* out1, int stride1,
         __global const uchar* w2, int rows2, __global float* out2, int stride2, int gelu) {
  int lane = get_local_id(0);
  int r = get_global_id(1);
  int firstToken = get_group_id(2) * TOKENS;
  int count = min(TOKENS, tokens - firstToken);
  __global const uchar* w = w0;
  __global float* out = out0;
  int rows = rows0;
  int stride = stride0;
#ifndef GATED
  if (r >= rows0 + rows1) {
    r -= rows0 + rows1;
    w = w2;
    out = out2;
    rows = rows2;
    stride = stride2;
  } else if (r >= rows0) {
    r -= rows0;
    w = w1;
    out = out1;
    rows = rows1;
    stride = stride1;
  }
#endif
  bool inside = r < rows;
  size_t blocks = (size_t)rows * columns / BLOCK;
  size_t start = (size_t)(inside ? r : 0) * columns;
  __global const float* from = x + (size_t)(firstRow + firstToken) * columns;
  float total[TOKENS];
  float8 sums[TOKENS];
#ifdef GATED
  float8 ups[TOKENS];
  float upTotal[TOKENS];
#endif
  for (int t = 0; t < TOKENS; t++) {
    sums[t] = 0;
#ifdef GATED
    ups[t] = 0;
#endif
  }
  int whole = columns / 8 * 8;
  for (int c = lane * 8 * CHUNKS; c < whole; c += GROUP_X * 8 * CHUNKS) {
#pragma unroll
    for (int j = 0; j < CHUNKS; j++) {
      float8 weights = decode8(w, blocks, CHUNK(start + c, j));
#ifdef GATED
      float8 others = decode8(w1, blocks, CHUNK(start + c, j));
#endif
#pragma unroll
      for (int t = 0; t < TOKENS; t++) {
        float8 numbers = vload8(j, from + (size_t)min(t, count - 1) * columns + c);
        sums[t] += weights * numbers;
#ifdef GATED
        ups[t] += others * numbers;
#endif
      }
    }
  }
  for (int t = 0; t < TOKENS; t++) {
    total[t] = sum8(sums[t]);
#ifdef GATED
    upTotal[t] = sum8(ups[t]);
#endif
#if BLOCK == 1
    for (int c = whole + lane; c < columns; c += GROUP_X) {
      float number = from[(size_t)min(t, count - 1) * columns + c];
      total[t] += decode1(w, start + c) * number;
#ifdef GATED
      upTotal[t] += decode1(w1, start + c) * number;
#endif
    }
#endif
  }
#if GROUP_X > 1
  __local float parts[GROUP_Y * GROUP_X];
  __local float* mine = parts + get_local_id(1) * GROUP_X;
  for (int t = 0; t < TOKENS; t++) {
    total[t] = reduce(mine, lane, total[t]);
#ifdef GATED
    upTotal[t] = reduce(mine, lane, upTotal[t]);
#endif
  }
#endif
  if (inside && lane == 0) {
    for (int t = 0; t < count; t++) {
#ifdef GATED
      total[t] = activation(total[t], gelu) * upTotal[t];
#endif
      out[(size_t)(firstToken + t) * stride + r] = total[t];
    }
  }
}

#endif

#ifdef MANY

// Many tokens: a group computes a tile of WIDE GROUP_X rows and 4 STEPS GROUP_Y tokens, a work-item
// WIDE rows and 4 STEPS tokens, four at a time. Weights are decoded once for a tile. DEPTH columns
// of them are in local memory at a time, column after column, so that the rows of a work-item are
// neighbours; inputs, too, where a group has more than one work-item to share them.
#define TILE_ROWS (WIDE * GROUP_X)
#define TILE_TOKENS (4 * STEPS * GROUP_Y)
#define PITCH (TILE_TOKENS + 4) // so that the columns of a token lie in different banks
#define SHARED (GROUP_X * GROUP_Y > 1)
#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
typedef JOIN(float, WIDE) wide;

__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void many(__global const float* x, int firstRow, int tokens, int columns,
          __global const uchar* w, int rows, __global float* out, int stride) {
  __local wide a[DEPTH * GROUP_X];
#if SHARED
  __local float b[DEPTH * PITCH];
#endif
  int lane = get_local_id(1) * GROUP_X + get_local_id(0);
  int row = get_group_id(0) * TILE_ROWS;
  int token = get_group_id(1) * TILE_TOKENS;
  size_t blocks = (size_t)rows * columns / BLOCK;
  wide sums[4 * STEPS];
  for (int i = 0; i < 4 * STEPS; i++) {
    sums[i] = 0;
  }
  for (int from = 0; from < columns; from += DEPTH) {
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = lane; i < TILE_ROWS * (DEPTH / 8 / CHUNKS); i += GROUP_X * GROUP_Y) {
      int r = i / (DEPTH / 8 / CHUNKS);
      int c = i % (DEPTH / 8 / CHUNKS) * 8 * CHUNKS;
      size_t start = (size_t)(row + r) * columns + from + c;
      bool inside = row + r < rows && from + c + 8 <= columns;
      for (int j = 0; j < CHUNKS; j++) {
        float8 weights = 0;
        if (inside) {
          weights = decode8(w, blocks, CHUNK(start, j));
        }
        float eight[8];
        vstore8(weights, 0, eight);
#if BLOCK == 1
        for (int k = 0; k < 8 && row + r < rows && !inside; k++) {
          eight[k] = from + c + k < columns ? decode1(w, start + k) : 0;
        }
#endif
        for (int k = 0; k < 8; k++) {
          ((__local float*)a)[(c + 8 * j + k) * TILE_ROWS + r] = eight[k];
        }
      }
    }
#if SHARED
    for (int i = lane; i < TILE_TOKENS * DEPTH; i += GROUP_X * GROUP_Y) {
      int t = i / DEPTH;
      int c = i % DEPTH;
      bool inside = token + t < tokens && from + c < columns;
      b[c * PITCH + t] =
          inside ? x[(size_t)(firstRow + token + t) * columns + from + c] : 0;
    }
#endif
    barrier(CLK_LOCAL_MEM_FENCE);
    int depth = min(DEPTH, columns - from);
    for (int step = 0; step < STEPS; step++) {
      int t = 4 * (step * GROUP_Y + get_local_id(1));
      if (token + t >= tokens) {
        break;
      }
      wide s0 = sums[4 * step];
      wide s1 = sums[4 * step + 1];
      wide s2 = sums[4 * step + 2];
      wide s3 = sums[4 * step + 3];
#if !SHARED
      __global const float* x0 = x + (size_t)(firstRow + token + t) * columns + from;
      int last = tokens - 1 - token - t; // those after it are computed with its numbers, for nothing
      __global const float* x1 = x0 + (size_t)min(1, last) * columns;
      __global const float* x2 = x0 + (size_t)min(2, last) * columns;
      __global const float* x3 = x0 + (size_t)min(3, last) * columns;
#endif
      for (int c = 0; c < depth; c++) {
        wide weights = a[c * GROUP_X + get_local_id(0)];
#if SHARED
        float4 numbers = vload4(0, b + c * PITCH + t);
#else
        float4 numbers = (float4)(x0[c], x1[c], x2[c], x3[c]);
#endif
        s0 += weights * numbers.x;
        s1 += weights * numbers.y;
        s2 += weights * numbers.z;
        s3 += weights * numbers.w;
      }
      sums[4 * step] = s0;
      sums[4 * step + 1] = s1;
      sums[4 * step + 2] = s2;
      sums[4 * step + 3] = s3;
    }
  }
  row += WIDE * get_local_id(0);
  for (int i = 0; i < 4 * STEPS; i++) {
    int t = token + 4 * (i / 4 * GROUP_Y + get_local_id(1)) + i % 4;
    wide own = sums[i];
    for (int r = 0; r < WIDE && t < tokens && row + r < rows; r++) {
      out[(size_t)t * stride + row + r] = ((float*)&own)[r];
    }
  }
}

#endif

#ifdef ROWS

// Rows of a table: a work-item for each 8 numbers, tokens in the second dimension.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void embed(__global const uchar* table, int rows, int columns, __global const int* tokens,
           __global float* out, int stride) {
  int c = get_global_id(0) * 8;
  size_t token = tokens[get_global_id(1)];
  __global float* to = out + get_global_id(1) * (size_t)stride;
  size_t blocks = (size_t)rows * columns / BLOCK;
  if (c + 8 <= columns) {
    vstore8(decode8(table, blocks, token * columns + c), 0, to + c);
  }
#if BLOCK == 1
  for (; c + 8 > columns && c < columns; c++) {
    to[c] = decode1(table, token * columns + c);
  }
#endif
}

#endif
