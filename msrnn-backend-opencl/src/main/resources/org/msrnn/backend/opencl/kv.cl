// How keys and values lie in a store: vector after vector, that of slot s and head h being number
// s * heads + h, `stride` bytes each. One of KV_F32, KV_F16, KV_BF16, KV_Q8_0 is defined. Q8_0 has
// a byte a number, filled up to an even count, then a 16-bit scale for each 32 of them.

inline float kv_load(__global const uchar* vector, int i, int size) {
#if defined(KV_F32)
  return ((__global const float*)vector)[i];
#elif defined(KV_F16)
  return vload_half(i, (__global const half*)vector);
#elif defined(KV_BF16)
  return as_float((uint)((__global const ushort*)vector)[i] << 16);
#elif defined(KV_Q8_0)
  __global const half* scales = (__global const half*)(vector + (size + 1) / 2 * 2);
  return vload_half(i / 32, scales) * (float)((__global const char*)vector)[i];
#endif
}
