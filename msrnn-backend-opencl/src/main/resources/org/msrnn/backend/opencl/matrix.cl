#include "weights.cl"

// Products with weights: out[t][r] = sum over c of w[r][c] * x[t][c]. BLOCK is the block size of
// the format; formats with BLOCK 1 may have any number of columns, others whole blocks.

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
  for (int c = lane * 8; c < whole; c += GROUP_X * 8) {
    float8 weights = decode8(w, blocks, start + c);
#ifdef GATED
    float8 others = decode8(w1, blocks, start + c);
#endif
    for (int t = 0; t < TOKENS; t++) {
      float8 numbers = vload8(0, from + (size_t)min(t, count - 1) * columns + c);
      sums[t] += weights * numbers;
#ifdef GATED
      ups[t] += others * numbers;
#endif
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

// Many tokens: a group computes a tile of 4 GROUP_X rows and 4 GROUP_Y tokens; weights are decoded
// once for a tile. DEPTH columns of both are in local memory at a time, column after column, so
// that the four rows and four tokens of a work-item are neighbours.
#define TILE_ROWS (4 * GROUP_X)
#define TILE_TOKENS (4 * GROUP_Y)
#define DEPTH 32

__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void many(__global const float* x, int firstRow, int tokens, int columns,
          __global const uchar* w, int rows, __global float* out, int stride) {
  __local float a[DEPTH * TILE_ROWS];
  __local float b[DEPTH * TILE_TOKENS];
  int lane = get_local_id(1) * GROUP_X + get_local_id(0);
  int row = get_group_id(0) * TILE_ROWS;
  int token = get_group_id(1) * TILE_TOKENS;
  size_t blocks = (size_t)rows * columns / BLOCK;
  float4 sums[4];
  for (int i = 0; i < 4; i++) {
    sums[i] = 0;
  }
  for (int from = 0; from < columns; from += DEPTH) {
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = lane; i < TILE_ROWS * (DEPTH / 8); i += GROUP_X * GROUP_Y) {
      int r = i / (DEPTH / 8);
      int c = i % (DEPTH / 8) * 8;
      size_t start = (size_t)(row + r) * columns + from + c;
      float8 weights = 0;
      if (row + r < rows && from + c + 8 <= columns) {
        weights = decode8(w, blocks, start);
      }
      float eight[8];
      vstore8(weights, 0, eight);
#if BLOCK == 1
      for (int j = 0; j < 8 && row + r < rows && from + c + 8 > columns; j++) {
        eight[j] = from + c + j < columns ? decode1(w, start + j) : 0;
      }
#endif
      for (int j = 0; j < 8; j++) {
        a[(c + j) * TILE_ROWS + r] = eight[j];
      }
    }
    for (int i = lane; i < TILE_TOKENS * DEPTH; i += GROUP_X * GROUP_Y) {
      int t = i / DEPTH;
      int c = i % DEPTH;
      bool inside = token + t < tokens && from + c < columns;
      b[c * TILE_TOKENS + t] =
          inside ? x[(size_t)(firstRow + token + t) * columns + from + c] : 0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int c = 0; c < DEPTH; c++) {
      float4 weights = vload4(get_local_id(0), a + c * TILE_ROWS);
      float4 numbers = vload4(get_local_id(1), b + c * TILE_TOKENS);
      sums[0] += weights * numbers.x;
      sums[1] += weights * numbers.y;
      sums[2] += weights * numbers.z;
      sums[3] += weights * numbers.w;
    }
  }
  row += 4 * get_local_id(0);
  token += 4 * get_local_id(1);
  for (int t = 0; t < 4 && token + t < tokens; t++) {
    float four[4];
    vstore4(sums[t], 0, four);
    for (int r = 0; r < 4 && row + r < rows; r++) {
      out[(size_t)(token + t) * stride + row + r] = four[r];
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
