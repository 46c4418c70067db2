package org.msrnn.benchmarks;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.policy.Options;

/** Random data, always the same, in the sizes of real weights. */
final class Data {
  private static final double WEIGHT = 0.02; // deviation of a weight of a trained model

  private final Random random = new Random(1);

  /** Opens a backend by its name. */
  static Backend open(String name, int threads) {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.name().equals(name)) {
        Map<String, String> given = Map.of("threads", Integer.toString(threads));
        return provider.open(new Options("backend " + name, given));
      }
    }
    throw new IllegalArgumentException("no backend is named " + name);
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
        case Q8_0, Q4_0 -> {
          byte[] codes = new byte[type.blockBytes() - Short.BYTES];
          random.nextBytes(codes);
          bytes.putShort(Float.floatToFloat16((float) (WEIGHT / codes.length)));
          bytes.put(codes);
        }
      }
    }
    return new Tensor("benchmark", type, rows, columns, MemorySegment.ofArray(bytes.array()));
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
