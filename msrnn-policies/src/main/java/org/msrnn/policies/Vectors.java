package org.msrnn.policies;

import org.msrnn.api.policy.KvSet;

/** Sums over numbers of keys, values and scores, in double. */
final class Vectors {
  private Vectors() {}

  /** The sum of squares. */
  static double squares(float[] x) {
    double sum = 0;
    for (float number : x) {
      sum += (double) number * number;
    }
    return sum;
  }

  /** The product of a vector and one that starts at {@code from}. */
  static double dot(float[] x, double[] y, int from) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[from + i];
    }
    return sum;
  }

  /**
   * The product of {@code size} numbers; four sums at a time, which need not wait for each other.
   */
  static double dot(double[] x, int at, double[] y, int from, int size) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i < size - 3; i += 4) {
      a += x[at + i] * y[from + i];
      b += x[at + i + 1] * y[from + i + 1];
      c += x[at + i + 2] * y[from + i + 2];
      d += x[at + i + 3] * y[from + i + 3];
    }
    for (; i < size; i++) {
      a += x[at + i] * y[from + i];
    }
    return a + b + (c + d);
  }

  /** How many entries are among the first {@code tokens} of the sequence: they come first. */
  static int before(KvSet set, int tokens) {
    int count = 0;
    while (count < set.size() && set.position(count) < tokens) {
      count++;
    }
    return count;
  }

  /** Turns logits into weights that sum to 1, in place. */
  static void softmax(double[] x, int from, int to) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      most = Math.max(most, x[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      x[i] = Math.exp(x[i] - most);
      sum += x[i];
    }
    for (int i = from; i < to; i++) {
      x[i] /= sum;
    }
  }
}
