#include "kv.cl"

// Sums are rounded as the Java policies round them, so that near ties fall alike.
#pragma OPENCL FP_CONTRACT OFF

// The slots of a store when the device chooses which states leave. By slot: the position, -1 where
// it is free; the token; the program's number. How many slots are in use, and how many are free,
// the host knows by counting.

// Takes slots for rows: free ones from the top of the stack, then new ones. One group.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void take(__global long* positions, __global int* tokens, __global double* numbers,
          __global const int* freeSlots, int freeCount, int extent, int rows, long position,
          __global const int* ids, int id, __global int* taken) {
  for (int i = get_local_id(0); i < rows; i += GROUP_X) {
    int slot = i < freeCount ? freeSlots[freeCount - 1 - i] : extent + i - freeCount;
    positions[slot] = position + i;
    tokens[slot] = rows == 1 ? id : ids[i];
    numbers[slot] = 0;
    taken[i] = slot;
  }
}

// Mean norm of a state's stored keys. A group for each state: those of a list, or without one all
// in use whose norm is not known.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void norms(__global const long* positions, __global double* numbers, __global const uchar* keys,
           int heads, int size, int stride, __global const int* list, int listed) {
  __local double sums[GROUP_X];
  int lane = get_local_id(0);
  int slot = listed ? list[get_group_id(0)] : (int)get_group_id(0);
  if (!listed && (positions[slot] < 0 || numbers[slot] != 0)) {
    return; // the whole group
  }
  double total = 0;
  for (int h = 0; h < heads; h++) {
    __global const uchar* key = keys + ((size_t)slot * heads + h) * stride;
    double sum = 0;
    for (int i = lane; i < size; i += GROUP_X) {
      double number = kv_load(key, i, size);
      sum += number * number;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    sums[lane] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int width = GROUP_X / 2; width > 0; width /= 2) {
      if (lane < width) {
        sums[lane] += sums[lane + width];
      }
      barrier(CLK_LOCAL_MEM_FENCE);
    }
    total += sqrt(sums[0]);
  }
  if (lane == 0) {
    numbers[slot] = total / heads;
  }
}

// What a query paid attention to, added to what is left of before. A work-item for each slot.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void observe(__global const long* positions, __global double* numbers, int extent,
             __global const float* tap, long at, double decay, int power) {
  int slot = get_global_id(0);
  if (slot < extent && positions[slot] >= 0) {
    double weight = tap[at + slot];
    numbers[slot] = decay * numbers[slot] + (power == 2 ? weight * weight : weight);
  }
}

// The lowest score is the smallest factor * number, or position where the factor is 0. What is not
// a number is lower than all.
inline double score(long position, double number, double factor) {
  double found = factor == 0 ? (double)position : factor * number;
  return isnan(found) ? -INFINITY : found;
}

// Positions above the result are the newest `last` ones. Mostly they are the last ones of all; else
// they are looked for, one by one.
inline long unpinned(__global const long* positions, int extent, int last, long newest,
                     __local long* found) {
  int lane = get_local_id(0);
  long bound = newest - last;
  long count = 0;
  for (int s = lane; s < extent; s += GROUP_X) {
    count += positions[s] > bound;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  found[lane] = count;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP_X / 2; width > 0; width /= 2) {
    if (lane < width) {
      found[lane] += found[lane + width];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (found[0] == last) {
    return bound;
  }
  bound = LONG_MAX;
  for (int i = 0; i < last; i++) {
    long most = -1;
    for (int s = lane; s < extent; s += GROUP_X) {
      most = positions[s] < bound ? max(most, positions[s]) : most;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    found[lane] = most;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int width = GROUP_X / 2; width > 0; width /= 2) {
      if (lane < width) {
        found[lane] = max(found[lane], found[lane + width]);
      }
      barrier(CLK_LOCAL_MEM_FENCE);
    }
    bound = found[0];
  }
  return bound - 1;
}

// Frees the slots of the `count` lowest scores outside the pins, of equal ones the oldest, and puts
// them on the stack from the newest to the oldest. One group.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void evict(__global long* positions, __global const double* numbers, __global int* freeSlots,
           int freeCount, int extent, int count, double factor, long first, int last, long newest,
           __global long* victims) {
  __local double lowest[GROUP_X];
  __local long oldest[GROUP_X];
  __local int chosen[GROUP_X];
  int lane = get_local_id(0);
  long bound = last == 0 ? LONG_MAX : unpinned(positions, extent, last, newest, oldest);
  for (int v = 0; v < count; v++) {
    double low = INFINITY;
    long old = LONG_MAX;
    int slot = -1;
    for (int s = lane; s < extent; s += GROUP_X) {
      long position = positions[s];
      if (position >= 0 && position >= first && position <= bound) {
        double own = score(position, numbers[s], factor);
        if (slot < 0 || own < low || (own == low && position < old)) {
          low = own;
          old = position;
          slot = s;
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    lowest[lane] = low;
    oldest[lane] = old;
    chosen[lane] = slot;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int width = GROUP_X / 2; width > 0; width /= 2) {
      if (lane < width) {
        int other = lane + width;
        if (lowest[other] < lowest[lane]
            || (lowest[other] == lowest[lane] && oldest[other] < oldest[lane])) {
          lowest[lane] = lowest[other];
          oldest[lane] = oldest[other];
          chosen[lane] = chosen[other];
        }
      }
      barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (lane == 0 && chosen[0] >= 0) {
      positions[chosen[0]] = -1;
      victims[2 * v] = oldest[0];
      victims[2 * v + 1] = chosen[0];
      freeSlots[freeCount + v] = chosen[0];
    }
    barrier(CLK_GLOBAL_MEM_FENCE | CLK_LOCAL_MEM_FENCE);
  }
  if (count == 1) {
    return;
  }
  for (int v = lane; v < count; v += GROUP_X) {
    int newer = 0;
    for (int other = 0; other < count; other++) {
      newer += victims[2 * other] > victims[2 * v];
    }
    freeSlots[freeCount + newer] = (int)victims[2 * v + 1];
  }
}
