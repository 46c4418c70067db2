package org.msrnn.benchmarks;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.plugin.Catalog;

/** Random data, always the same, in the sizes of real weights. */
final class Data {
  private static final double WEIGHT = 0.02; // deviation of a weight of a trained model

  private final Random random = new Random(1);

  /**
   * Opens a backend.
   *
   * @param spec its name, and options of it such as {@code cpu:round-q8=true}
   */
  static Backend open(String spec, int threads) {
    String separator = spec.contains(":") ? "," : ":";
    return Catalog.discover(List.of()).openBackend(spec + separator + "threads=" + threads);
  }

  /** A weight matrix. */
  Tensor tensor(TensorType type, int rows, int columns) {
    long numbers = (long) rows * columns;
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(type.bytes(numbers)));
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      float number = (float) (random.nextGaussian() * WEIGHT);
      switch (type) {
        case F32 -> bytes.putFloat(number);
        case F16 -> bytes.putShort(Float.floatToFloat16(number));
        case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(number) >>> 16));
        default -> {
          byte[] codes = new byte[type.blockBytes()];
          random.nextBytes(codes);
          int block = bytes.position();
          bytes.put(codes);
          for (int at : scales(type)) {
            bytes.putShort(block + at, Float.floatToFloat16((float) WEIGHT / 32));
          }
        }
      }
    }
    return new Tensor("benchmark", type, rows, columns, MemorySegment.ofArray(bytes.array()));
  }

  /** Where a block has 16-bit scales and offsets. */
  private static int[] scales(TensorType type) {
    return switch (type) {
      case F32, F16, BF16 -> new int[0];
      case Q8_0, Q4_0, Q5_0 -> new int[] {0};
      case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
      case Q6_K -> new int[] {208};
    };
  }

  /** Activations. */
  Buffer buffer(Backend backend, int rows, int columns) {
    Buffer buffer = backend.allocate(rows, columns);
    for (int r = 0; r < rows; r++) {
      backend.kernels().write(numbers(columns), buffer, r);
    }
    return buffer;
  }

  /** Normal numbers. */
  float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
