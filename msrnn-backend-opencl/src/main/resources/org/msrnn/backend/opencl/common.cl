// Before every source: what all kernels have in common. Positions, sums and angles are doubles.
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
