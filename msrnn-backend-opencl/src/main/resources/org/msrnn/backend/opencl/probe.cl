// Reads memory and nothing else: how fast that goes decides whether the device is worth choosing.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void read_all(__global const float4 *from, const long count, __global float *sums) {
  float4 sum = (float4)(0);
  for (long i = get_global_id(0); i < count; i += get_global_size(0)) {
    sum += from[i];
  }
  sums[get_global_id(0)] = sum.x + sum.y + sum.z + sum.w;
}
