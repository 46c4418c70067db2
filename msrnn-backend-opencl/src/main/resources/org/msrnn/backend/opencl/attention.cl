#include "kv.cl"

// Softmax attention over slots. The rows of a call and the query heads that read one KV head are
// one list of queries: query m is row m / group, member m % group. A work-group takes TILE of
// them, so that a key or value that it has brought to local memory serves all, and walks over its
// share of the slots, SLOTS at a time, with a running largest logit and sum (online softmax).
// Heads have up to SIZE numbers, in local memory fours of them, filled up with 0. With KEYS_ROTATED
// keys come as floats from rotate_keys.

#if SIZE > 128
#define SLOTS 16
#else
#define SLOTS 32
#endif
#define FOURS (SIZE / 4)
#define STRIDE (FOURS + 1) // so that the slots of a tile lie in different banks
#define OWN ((TILE * FOURS + GROUP_X - 1) / GROUP_X) // fours of outputs that a work-item sums up

inline bool visible(long position, long query, long sinks, long window) {
  return position >= 0 && position <= query
      && (position < sinks || query - position < window);
}

inline float4 floats4(__global const float* from, int i, int size) {
  return i + 4 <= size
      ? vload4(0, from + i)
      : (float4)(i < size ? from[i] : 0, i + 1 < size ? from[i + 1] : 0,
                 i + 2 < size ? from[i + 2] : 0, 0);
}

inline float4 kv_key4(__global const uchar* keys, size_t vector, int stride, int i, int size) {
#ifdef KEYS_ROTATED
  return floats4((__global const float*)keys + vector * size, i, size);
#else
  return kv_load4(keys + vector * stride, i, size);
#endif
}

// Groups: tiles of queries, KV heads, shares of the slots. With one share the outputs are final;
// with more of them, or where logits are kept for a tap, each query head has its largest logit and
// sum in `stats`, and its numbers in `parts` where there are more shares.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void attend(__global const float* queries, __global float* outputs, int columns, int firstRow,
            int queryCount, int group, int firstHead, int heads, int size, int stride,
            __global const uchar* keys, __global const uchar* values,
            __global const long* positions, int extent, int share,
            long firstPosition, long sinks, long window, float scale, float cap,
            __global float* logits, int keepLogits, __global float* parts,
            __global float* stats) {
  __local float4 q[TILE * FOURS];
  __local float4 kv[SLOTS * STRIDE];
  __local float p[TILE * SLOTS];
  __local float largest[TILE];
  __local float sum[TILE];
  __local float shrink[TILE];
  __local long at[SLOTS];
  __local int seen;
  int lane = get_local_id(0);
  int first = get_group_id(0) * TILE;
  int head = get_group_id(1);
  int from = get_group_id(2) * share;
  int to = min(extent, from + share);
  float4 own[OWN];
  for (int i = 0; i < OWN; i++) {
    own[i] = 0;
  }
  for (int i = lane; i < TILE * FOURS; i += GROUP_X) {
    int m = first + i / FOURS;
    size_t row = firstRow + m / group;
    size_t column = (size_t)((firstHead + head) * group + m % group) * size;
    q[i] = m < queryCount ? floats4(queries + row * columns + column, i % FOURS * 4, size) : 0;
  }
  for (int m = lane; m < TILE; m += GROUP_X) {
    largest[m] = -INFINITY;
    sum[m] = 0;
  }
  long oldest = firstPosition + first / group;
  long newest = firstPosition + (min(first + TILE, queryCount) - 1) / group;
  for (int start = from; start < to; start += SLOTS) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0) {
      seen = 0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int s = lane; s < SLOTS; s += GROUP_X) {
      long position = start + s < to ? positions[start + s] : -1;
      at[s] = position;
      // a position that neither end of the rows sees may be seen between them
      if (position >= 0 && position <= newest
          && (position < sinks || oldest - position < window)) {
        seen = 1;
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (!seen && !keepLogits) {
      continue;
    }
    for (int i = lane; i < SLOTS * FOURS; i += GROUP_X) {
      int s = i / FOURS;
      size_t vector = (size_t)(start + s) * heads + head;
      // what a free slot holds may be anything, NaN too
      kv[s * STRIDE + i % FOURS] =
          at[s] < 0 ? 0 : kv_key4(keys, vector, stride, i % FOURS * 4, size);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = lane; i < TILE * SLOTS; i += GROUP_X) {
      int m = i / SLOTS;
      int s = i % SLOTS;
      float4 products = 0;
      for (int d = 0; d < FOURS; d++) {
        products += q[m * FOURS + d] * kv[s * STRIDE + d];
      }
      float logit = (products.x + products.y + products.z + products.w) * scale;
      if (cap > 0) {
        logit = cap * tanh(logit / cap);
      }
      bool sees = first + m < queryCount
          && visible(at[s], firstPosition + (first + m) / group, sinks, window);
      p[i] = sees ? logit : -INFINITY;
      if (keepLogits && first + m < queryCount && start + s < to) {
        logits[((size_t)head * group + first + m) * extent + start + s] = p[i];
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int m = lane; m < TILE; m += GROUP_X) {
      float before = largest[m];
      float most = before;
      for (int s = 0; s < SLOTS; s++) {
        float logit = p[m * SLOTS + s];
        most = logit > most || isnan(logit) ? logit : most;
      }
      float base = most == -INFINITY ? 0 : most;
      float part = 0;
      for (int s = 0; s < SLOTS; s++) {
        float weight = exp(p[m * SLOTS + s] - base);
        p[m * SLOTS + s] = weight;
        part += weight;
      }
      float factor = exp(before - base);
      shrink[m] = factor;
      sum[m] = sum[m] * factor + part;
      largest[m] = most;
    }
    for (int i = lane; i < SLOTS * FOURS; i += GROUP_X) {
      int s = i / FOURS;
      size_t vector = (size_t)(start + s) * heads + head;
      kv[s * STRIDE + i % FOURS] =
          at[s] < 0 ? 0 : kv_load4(values + vector * stride, i % FOURS * 4, size);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int j = 0; j < OWN; j++) {
      int i = lane + j * GROUP_X;
      int m = i / FOURS;
      if (m < TILE) {
        float4 total = own[j] * shrink[m];
        for (int s = 0; s < SLOTS; s++) {
          total += p[m * SLOTS + s] * kv[s * STRIDE + i % FOURS];
        }
        own[j] = total;
      }
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  int shares = get_num_groups(2);
  size_t part = ((size_t)get_group_id(2) * heads + head) * queryCount + first;
  for (int m = lane; m < TILE && first + m < queryCount && (shares > 1 || keepLogits);
       m += GROUP_X) {
    stats[2 * (part + m)] = largest[m];
    stats[2 * (part + m) + 1] = sum[m];
  }
  for (int j = 0; j < OWN; j++) {
    int i = lane + j * GROUP_X;
    int m = i / FOURS;
    if (m >= TILE || first + m >= queryCount) {
      continue;
    }
    size_t row = firstRow + (first + m) / group;
    size_t column = (size_t)((firstHead + head) * group + (first + m) % group) * size;
    float four[4];
    vstore4(shares > 1 ? own[j] : own[j] / sum[m], 0, four);
    for (int k = 0, d = i % FOURS * 4; k < 4 && d < size; k++, d++) {
      if (shares > 1) {
        parts[(part + m) * size + d] = four[k];
      } else {
        outputs[row * columns + column + d] = four[k];
      }
    }
  }
}

// Puts the shares of a query together: largest logit and sum to the stats of share 0, and outputs.
// A group for each query, and KV heads.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void merge(__global float* outputs, int columns, int firstRow, int queryCount, int group,
           int firstHead, int heads, int size, int shares, __global const float* parts,
           __global float* stats) {
  int m = get_group_id(0);
  int head = get_group_id(1);
  size_t step = (size_t)heads * queryCount;
  size_t part = (size_t)head * queryCount + m;
  float most = -INFINITY;
  for (int i = 0; i < shares; i++) {
    float largest = stats[2 * (part + i * step)];
    most = largest > most || isnan(largest) ? largest : most;
  }
  float sum = 0;
  for (int i = 0; i < shares; i++) {
    sum += stats[2 * (part + i * step) + 1] * exp(stats[2 * (part + i * step)] - most);
  }
  size_t row = firstRow + m / group;
  size_t column = (size_t)((firstHead + head) * group + m % group) * size;
  for (int d = get_local_id(0); d < size; d += GROUP_X) {
    float total = 0;
    for (int i = 0; i < shares; i++) {
      float factor = exp(stats[2 * (part + i * step)] - most);
      total += factor == 0 ? 0 : parts[(part + i * step) * size + d] * factor;
    }
    outputs[row * columns + column + d] = total / sum;
  }
  barrier(CLK_GLOBAL_MEM_FENCE);
  if (get_local_id(0) == 0) {
    stats[2 * part] = most;
    stats[2 * part + 1] = sum;
  }
}

// The rows of one query for a policy: `members` query heads become one row. A work-item for each
// slot, rows of the tap in the second dimension.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void tap(__global const float* logits, __global const float* stats, int extent, int members,
         int reduce, int raw, __global float* to, int columns, int firstRow) {
  int s = get_global_id(0);
  int row = get_global_id(1);
  if (s >= extent) {
    return;
  }
  float total = 0;
  for (int h = row * members; h < (row + 1) * members; h++) {
    float logit = logits[(size_t)h * extent + s];
    float number = raw ? logit : exp(logit - stats[2 * h]) / stats[2 * h + 1];
    if (logit == -INFINITY) {
      number = 0; // not visible
    }
    total = reduce == REDUCE_MAX ? (number > total || isnan(number) ? number : total)
                                 : total + number;
  }
  to[(size_t)(firstRow + row) * columns + s] = reduce == REDUCE_MEAN ? total / members : total;
}

// Keys of the slots in use, rotated each at its own position, as floats. A work-item for each
// number, slots in the second dimension, KV heads in the third.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void rotate_keys(__global const uchar* keys, int size, int stride,
                 __global const long* positions, __global const double* rotations,
                 __global const double* frequencies, int pairs, double magnitude,
                 __global float* out) {
  int i = get_global_id(0);
  int slot = get_global_id(1);
  if (i >= size || positions[slot] < 0) {
    return;
  }
  size_t vector = (size_t)slot * get_num_groups(2) + get_group_id(2);
  __global const uchar* key = keys + vector * stride;
  float number = kv_load(key, i, size);
  if (i < 2 * pairs) {
    int pair = i % pairs;
    double angle = rotations[slot] * frequencies[pair];
    float c = (float)(cos(angle) * magnitude);
    float s = (float)(sin(angle) * magnitude);
    float a = kv_load(key, pair, size);
    float b = kv_load(key, pair + pairs, size);
    number = i < pairs ? a * c - b * s : a * s + b * c;
  }
  out[vector * size + i] = number;
}
