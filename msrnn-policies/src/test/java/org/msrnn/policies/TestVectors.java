package org.msrnn.policies;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.msrnn.api.testkit.VectorSource;
import org.msrnn.api.testkit.VectorSource.Kind;

/** Random vectors, and what is done with them, written as plainly as can be. */
final class TestVectors {
  private TestVectors() {}

  /** Normal numbers, the same at every call. */
  static VectorSource normal(long seed, double spread) {
    return (kind, head, position, index) -> {
      Random random = new Random(seed + 31L * position + 7L * index);
      random.setSeed(random.nextLong() + 1009L * head + kind.ordinal());
      double mean = kind == Kind.QUERY ? .7 * Math.cos(index + head) : 0;
      return (float) (mean + spread * random.nextGaussian());
    };
  }

  static double[] vector(VectorSource from, Kind kind, int head, long position, int size) {
    return IntStream.range(0, size)
        .mapToDouble(i -> from.number(kind, head, position, i))
        .toArray();
  }

  static double[][] vectors(VectorSource from, Kind kind, int head, long[] positions, int size) {
    return LongStream.of(positions)
        .mapToObj(p -> vector(from, kind, head, p, size))
        .toArray(double[][]::new);
  }

  static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  static double[] softmax(double[] x) {
    double sum = Arrays.stream(x).map(Math::exp).sum();
    return Arrays.stream(x).map(v -> Math.exp(v) / sum).toArray();
  }
}
