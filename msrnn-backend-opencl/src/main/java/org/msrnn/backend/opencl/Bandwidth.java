package org.msrnn.backend.opencl;

import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * How fast memory is read, in bytes a second: decoding reads all weights for each token, and is as
 * fast as that.
 */
final class Bandwidth {
  private static final long BYTES = 64L << 20;
  private static final long NANOS = 200_000_000;

  private Bandwidth() {}

  /** By kernels of a device. */
  static double ofDevice(Device device) {
    int group = device.info().gpu() ? 256 : 16;
    long groups = 16L * Math.max(1, device.info().units());
    long bytes = Math.min(BYTES, device.info().largestAllocation() / 2) / 16 * 16;
    Kernel kernel = device.kernel("probe.cl", "read_all", group, 1, "");
    try (Memory from = device.allocate(bytes, "the measurement");
        Memory sums = device.allocate(groups * group * Float.BYTES, "the measurement")) {
      return fastest(
          bytes,
          () -> {
            kernel.with(from).with(bytes / 16).with(sums).run(groups);
            device.finish();
            return 0;
          });
    }
  }

  /** By Java with all processors. */
  static double ofHost() {
    int processors = Runtime.getRuntime().availableProcessors();
    long[][] parts = new long[processors][(int) (BYTES / Long.BYTES / processors)];
    return fastest(
        (long) processors * parts[0].length * Long.BYTES,
        () -> IntStream.range(0, processors).parallel().mapToLong(p -> sum(parts[p])).sum());
  }

  private static long sum(long[] numbers) {
    long sum = 0;
    for (long number : numbers) {
      sum += number;
    }
    return sum;
  }

  private static double fastest(long bytes, LongSupplier pass) {
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    for (long now = start; now - start < NANOS; ) {
      long sum = pass.getAsLong();
      long after = System.nanoTime() + (sum == 0 ? 0 : 1); // the sum is used, and is 0
      least = Math.min(least, after - now);
      now = after;
    }
    return bytes * 1e9 / Math.max(1, least);
  }
}
