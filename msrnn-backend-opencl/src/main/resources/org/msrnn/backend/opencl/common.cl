// Before every source: what all kernels have in common. Positions, sums and angles are doubles.
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

// The nonlinearity of a gate: SiLU, or GELU in its tanh form, for which 0.5 (1 + tanh u) is
// written as 1 / (1 + e^-2u): it does not cancel.
inline float activation(float x, int gelu) {
  float u = gelu ? 1.5957691216057308f * (x + 0.044715f * x * x * x) : x;
  return x / (1 + exp(-u));
}
