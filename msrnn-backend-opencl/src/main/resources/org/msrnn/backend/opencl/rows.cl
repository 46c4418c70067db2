// Kernels that work on rows by themselves. Matrices are row after row; a work-item of the
// elementwise ones takes numbers GROUP_X apart.

// A group for each group of n neighbours in a row: out = x / sqrt(mean(x^2) + epsilon) * weight.
// In place is allowed: all squares are read before the first number is written.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void norm(__global const float* x, __global const float* weight, float epsilon, int n,
          int xColumns, int outColumns, __global float* out) {
  __local double sums[GROUP_X];
  int lane = get_local_id(0);
  size_t from = get_group_id(1) * (size_t)xColumns + get_group_id(0) * (size_t)n;
  size_t to = get_group_id(1) * (size_t)outColumns + get_group_id(0) * (size_t)n;
  double sum = 0;
  for (int i = lane; i < n; i += GROUP_X) {
    double number = x[from + i];
    sum += number * number;
  }
  sums[lane] = sum;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP_X / 2; width > 0; width /= 2) {
    if (lane < width) {
      sums[lane] += sums[lane + width];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float factor = (float)(1 / sqrt(sums[0] / n + (double)epsilon));
  for (int i = lane; i < n; i += GROUP_X) {
    out[to + i] = x[from + i] * factor * weight[i];
  }
}

// x += y; yStride is 0 where one row of y is added to all.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void add(__global float* x, __global const float* y, int columns, int yStride) {
  int i = get_global_id(0);
  size_t row = get_global_id(1);
  if (i < columns) {
    x[row * columns + i] += y[row * yStride + i];
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void scale(__global float* x, int columns, float factor) {
  int i = get_global_id(0);
  size_t row = get_global_id(1);
  if (i < columns) {
    x[row * columns + i] *= factor;
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void soft_cap(__global float* x, int columns, float cap) {
  int i = get_global_id(0);
  size_t row = get_global_id(1);
  if (i < columns) {
    x[row * columns + i] = cap * tanh(x[row * columns + i] / cap);
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void gate(__global float* x, __global const float* up, int columns, int upColumns, int gelu) {
  int i = get_global_id(0);
  size_t row = get_global_id(1);
  if (i < columns) {
    float number = x[row * columns + i];
    x[row * columns + i] = activation(number, gelu) * up[row * upColumns + i];
  }
}

// Rotates the pairs (i, i + pairs) of some heads. Position of a row: first + row where the
// positions are consecutive, else from the list. Angles in double: a float loses the fraction of
// a turn after some thousand positions.
__kernel __attribute__((reqd_work_group_size(GROUP_X, GROUP_Y, 1)))
void rope(__global float* x, int columns, int firstRow, int firstHead, int heads, int headSize,
          __global const double* frequencies, int pairs, double magnitude,
          int consecutive, double first, __global const double* positions) {
  int pair = get_global_id(0);
  int row = get_global_id(1);
  if (pair >= pairs) {
    return;
  }
  double position = consecutive ? first + row : positions[row];
  double angle = position * frequencies[pair];
  float c = (float)(cos(angle) * magnitude);
  float s = (float)(sin(angle) * magnitude);
  size_t at = (size_t)(firstRow + row) * columns + (size_t)firstHead * headSize + pair;
  for (int h = 0; h < heads; h++, at += headSize) {
    float a = x[at];
    float b = x[at + pairs];
    x[at] = a * c - b * s;
    x[at + pairs] = a * s + b * c;
  }
}
