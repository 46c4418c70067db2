package org.msrnn.api.testkit;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.Supplier;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/** Random data that can be made again from its seed. */
record Seeded(long seed, Random random) {

  /** Where a rule gets its data, from the start of the seed each time. */
  interface Source extends Supplier<Seeded> {}

  /** Numbers of a normal distribution with this deviation. */
  float[] normal(int count, double deviation) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (random.nextGaussian() * deviation);
    }
    return numbers;
  }

  /** A weight matrix whose numbers have a deviation of about 1, with every code of its format. */
  Tensor tensor(TensorType type, int rows, int columns) {
    int count = Math.multiplyExact(rows, columns);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(type.bytes(count)));
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      switch (type) {
        case F32 -> bytes.putFloat((float) random.nextGaussian());
        case F16 -> bytes.putShort(Float.floatToFloat16(spread()));
        case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(spread()) >>> 16));
        case Q8_0 -> block(bytes, 1.0 / 74, 32);
        case Q4_0 -> block(bytes, 1.0 / 4.6, 16);
      }
    }
    String name = "random " + type + " " + rows + " x " + columns + " of seed " + seed;
    return new Tensor(name, type, rows, columns, MemorySegment.ofArray(bytes.array()));
  }

  /** A normal number, one in eight of them so small that 16 bits hold a denormal. */
  private float spread() {
    double number = random.nextGaussian();
    return (float) (random.nextInt(8) == 0 ? number * 1e-5 : number);
  }

  private void block(ByteBuffer bytes, double scale, int codes) {
    double sign = random.nextBoolean() ? 1 : -1;
    bytes.putShort(Float.floatToFloat16((float) (sign * scale * (0.5 + random.nextDouble()))));
    byte[] all = new byte[codes];
    random.nextBytes(all);
    bytes.put(all);
  }

  /** For messages: what was tried, and how to try it again. */
  String label(String what) {
    return what + ", seed " + seed;
  }
}
