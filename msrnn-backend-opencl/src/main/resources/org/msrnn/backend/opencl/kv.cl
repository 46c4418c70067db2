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

// Four neighbours from i on, a multiple of 4; 0 beyond the head.
inline float4 kv_load4(__global const uchar* vector, int i, int size) {
  if (i + 4 > size) {
    float4 few = 0;
    few.x = i < size ? kv_load(vector, i, size) : 0;
    few.y = i + 1 < size ? kv_load(vector, i + 1, size) : 0;
    few.z = i + 2 < size ? kv_load(vector, i + 2, size) : 0;
    return few;
  }
#if defined(KV_F32)
  return vload4(0, (__global const float*)vector + i);
#elif defined(KV_F16)
  return vload_half4(0, (__global const half*)vector + i);
#elif defined(KV_BF16)
  return as_float4(convert_uint4(vload4(0, (__global const ushort*)vector + i)) << 16);
#elif defined(KV_Q8_0)
  __global const half* scales = (__global const half*)(vector + (size + 1) / 2 * 2);
  return vload_half(i / 32, scales) * convert_float4(vload4(0, (__global const char*)vector + i));
#endif
}
