#include "kv.cl"

// Stores, reads and copies states. What is stored is rounded as KvType says, to the bit; numbers
// are divided in double, which rounds to the right float on every device.

inline float to_half_range(float x) {
  return isfinite(x) ? clamp(x, -65504.0f, 65504.0f) : x;
}

// Numbers from .. to - 1 of a head, of which `from` is a multiple of 32.
inline void kv_store(__global const float* x, __global uchar* vector, int from, int to, int size) {
#if defined(KV_F32)
  for (int i = from; i < to; i++) {
    ((__global float*)vector)[i] = x[i];
  }
#elif defined(KV_F16)
  for (int i = from; i < to; i++) {
    vstore_half_rte(to_half_range(x[i]), i, (__global half*)vector);
  }
#elif defined(KV_BF16)
  for (int i = from; i < to; i++) {
    uint bits = as_uint(x[i]);
    if (isfinite(x[i])) {
      bits = as_uint(clamp(x[i], -0x1.fep127f, 0x1.fep127f));
      bits += 0x7fff + (bits >> 16 & 1);
    } else if (isnan(x[i])) {
      bits |= 0x400000; // what is cut off may be all that made it NaN
    }
    ((__global ushort*)vector)[i] = (ushort)(bits >> 16);
  }
#elif defined(KV_Q8_0)
  float largest = 0;
  for (int i = from; i < to; i++) {
    float magnitude = fabs(x[i]);
    largest = isnan(magnitude) ? magnitude : magnitude > largest ? magnitude : largest;
  }
  float unit = isfinite(largest) ? fmin((float)((double)largest / 127.0), 65504.0f) : largest;
  __global half* scales = (__global half*)(vector + (size + 1) / 2 * 2);
  vstore_half_rte(unit, from / 32, scales);
  bool nothing = vload_half(from / 32, scales) == 0; // and no -0 either
  for (int i = from; i < to; i++) {
    float q = rint((float)((double)x[i] / (double)unit));
    ((__global char*)vector)[i] =
        nothing || isnan(q) ? 0 : (char)clamp(q, -127.0f, 127.0f);
  }
#endif
}

// A work-item for each block of up to 32 numbers of a head; rows in the second dimension, keys and
// values in the third. Slots come from the list, or where there is one row, from `slot`.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void store(__global const float* k, __global const float* v, int columns, int firstRow,
           int firstHead, int heads, int size, int stride, __global uchar* keys,
           __global uchar* values, __global const int* slots, int slot) {
  int blocks = (size + 31) / 32;
  int head = get_global_id(0) / blocks;
  int row = get_global_id(1);
  if (head >= heads) {
    return;
  }
  int from = get_global_id(0) % blocks * 32;
  size_t to = slot < 0 ? slots[row] : slot;
  size_t source = (size_t)(firstRow + row) * columns + (size_t)(firstHead + head) * size;
  size_t vector = (to * heads + head) * stride;
  bool key = get_global_id(2) == 0;
  kv_store((key ? k : v) + source, (key ? keys : values) + vector, from, min(size, from + 32), size);
}

// One head's key and value. A work-item for each block; keys and values in the second dimension.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void store_one(__global const float* k, __global const float* v, int size, int stride,
               __global uchar* keys, __global uchar* values, long vector) {
  int from = get_global_id(0) * 32;
  if (from < size) {
    bool key = get_global_id(1) == 0;
    kv_store(key ? k : v, (key ? keys : values) + vector * stride, from, min(size, from + 32), size);
  }
}

// A work-item for each byte of a slot; states in the second dimension.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void copy(__global const uchar* keys, __global const uchar* values, __global uchar* toKeys,
          __global uchar* toValues, int bytes, __global const int* slots) {
  int i = get_global_id(0);
  if (i >= bytes) {
    return;
  }
  int count = get_num_groups(1) * GROUP_Y;
  int state = get_global_id(1);
  size_t from = (size_t)slots[state] * bytes + i;
  size_t to = (size_t)slots[count + state] * bytes + i;
  bool key = get_global_id(2) == 0;
  (key ? toKeys : toValues)[to] = (key ? keys : values)[from];
}

// Keys of all states, then their values, as floats.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void load(__global const uchar* keys, __global const uchar* values, int heads, int head, int size,
          int stride, __global const int* slots, __global float* out) {
  int i = get_global_id(0);
  if (i >= size) {
    return;
  }
  int count = get_num_groups(1) * GROUP_Y;
  int state = get_global_id(1);
  bool key = get_global_id(2) == 0;
  size_t vector = ((size_t)slots[state] * heads + head) * stride;
  size_t to = ((key ? 0 : (size_t)count) + state) * size + i;
  out[to] = kv_load((key ? keys : values) + vector, i, size);
}
