// How weights lie: for each field of a block (scales, quants, ...) a plane with that field of all
// blocks, row after row; planes begin at multiples of 16. `blocks` is their number in the matrix.
// decode8 gives 8 neighbours from number i of the matrix on; i is a multiple of 8 where a format
// has blocks. A new format is a decode8 here, and its fields in WeightPlanes.

#define PLANE(bytes) (((bytes) + 15) / 16 * 16)
#define FLAGS(bits) (convert_uchar8((uint8)(bits) >> (uint8)(0, 1, 2, 3, 4, 5, 6, 7)) & (uchar8)1)

#if defined(TYPE_F32)

inline float decode1(__global const uchar* w, size_t i) {
  return ((__global const float*)w)[i];
}

inline float8 decode8(__global const uchar* w, size_t blocks, size_t i) {
  return vload8(0, (__global const float*)w + i);
}

#elif defined(TYPE_F16)

inline float decode1(__global const uchar* w, size_t i) {
  return vload_half(i, (__global const half*)w);
}

inline float8 decode8(__global const uchar* w, size_t blocks, size_t i) {
  return vload_half8(0, (__global const half*)w + i);
}

#elif defined(TYPE_BF16)

inline float decode1(__global const uchar* w, size_t i) {
  return as_float((uint)((__global const ushort*)w)[i] << 16);
}

inline float8 decode8(__global const uchar* w, size_t blocks, size_t i) {
  return as_float8(convert_uint8(vload8(0, (__global const ushort*)w + i)) << 16);
}

#elif defined(TYPE_Q8_0)

inline float8 decode8(__global const uchar* w, size_t blocks, size_t i) {
  float d = vload_half(i / 32, (__global const half*)w);
  __global const char* q = (__global const char*)(w + PLANE(2 * blocks)) + i;
  return d * convert_float8(vload8(0, q));
}

#elif defined(TYPE_Q4_0) || defined(TYPE_Q4_1) || defined(TYPE_Q5_0) || defined(TYPE_Q5_1)

#if defined(TYPE_Q4_1) || defined(TYPE_Q5_1)
#define SCALES 2 // a scale and an offset
#else
#define SCALES 1
#endif
#if defined(TYPE_Q5_0) || defined(TYPE_Q5_1)
#define HIGH 4 // bytes of fifth bits
#else
#define HIGH 0
#endif

inline float8 decode8(__global const uchar* w, size_t blocks, size_t i) {
  size_t block = i / 32;
  int eighth = i / 8 % 4;
  __global const half* scales = (__global const half*)w;
  __global const uchar* high = w + PLANE(2 * SCALES * blocks);
  __global const uchar* pairs = high + PLANE(HIGH * blocks) + block * 16 + eighth % 2 * 8;
  uchar8 q = vload8(0, pairs);
  q = eighth < 2 ? q & (uchar8)15 : q >> (uchar8)4;
#if HIGH
  q |= FLAGS((uint)high[4 * block + eighth]) << (uchar8)4;
#endif
  float d = vload_half(SCALES * block, scales);
#if SCALES == 2
  return d * convert_float8(q) + vload_half(2 * block + 1, scales);
#else
  return d * (convert_float8(q) - (HIGH ? 16.0f : 8.0f));
#endif
}

#elif defined(TYPE_Q4_K) || defined(TYPE_Q5_K)

#ifdef TYPE_Q5_K
#define HIGH 32
#else
#define HIGH 0
#endif

inline float8 decode8(__global const uchar* w, size_t blocks, size_t i) {
  size_t block = i / 256;
  int g = i / 32 % 8;
  int at = i % 32;
  __global const half* scales = (__global const half*)w;
  __global const uchar* six = w + PLANE(4 * blocks) + 12 * block;
  __global const uchar* high = w + PLANE(4 * blocks) + PLANE(12 * blocks);
  __global const uchar* pairs = high + PLANE(HIGH * blocks) + 128 * block + g / 2 * 32 + at;
  int s = g < 4 ? six[g] & 63 : (six[g + 4] & 15) | (six[g - 4] & 0xc0) >> 2;
  int t = g < 4 ? six[g + 4] & 63 : six[g + 4] >> 4 | (six[g] & 0xc0) >> 2;
  uchar8 q = vload8(0, pairs);
  q = g & 1 ? q >> (uchar8)4 : q & (uchar8)15;
#if HIGH
  q |= (vload8(0, high + 32 * block + at) >> (uchar8)g & (uchar8)1) << (uchar8)4;
#endif
  float d = vload_half(2 * block, scales) * s;
  float m = vload_half(2 * block + 1, scales) * t;
  return d * convert_float8(q) - m;
}

#elif defined(TYPE_Q6_K)

inline float8 decode8(__global const uchar* w, size_t blocks, size_t i) {
  size_t block = i / 256;
  int g = i / 32 % 8;
  int part = g / 4;
  int row = g % 4;
  int at = i % 32;
  __global const uchar* high = w + PLANE(128 * blocks);
  __global const char* scales = (__global const char*)(high + PLANE(64 * blocks));
  __global const half* whole = (__global const half*)(scales + PLANE(16 * blocks));
  uchar8 q = vload8(0, w + 128 * block + 64 * part + 32 * (row % 2) + at);
  q = row / 2 ? q >> (uchar8)4 : q & (uchar8)15;
  q |= (vload8(0, high + 64 * block + 32 * part + at) >> (uchar8)(2 * row) & (uchar8)3) << (uchar8)4;
  float d = vload_half(block, whole) * scales[16 * block + 2 * g + at / 16];
  return d * (convert_float8(q) - 32.0f);
}

#endif
