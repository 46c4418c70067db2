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
        case Q8_0 -> block(bytes, type, 0, 1.0 / 74, 0);
        case Q4_0 -> block(bytes, type, 0, 1.0 / 4.6, 0);
        case Q4_1 -> block(bytes, type, 0, 1.0 / 4.6, -7.5);
        case Q5_0 -> block(bytes, type, 0, 1.0 / 9.2, 0);
        case Q5_1 -> block(bytes, type, 0, 1.0 / 9.2, -15.5);
        case Q4_K -> block(bytes, type, 0, 1.0 / 166, 7.5);
        case Q5_K -> block(bytes, type, 0, 1.0 / 331, 15.5);
        case Q6_K -> block(bytes, type, 208, 1.0 / 1369, 0);
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

  /**
   * A block of random codes.
   *
   * @param at where its 16-bit scale stands
   * @param scale about what the scale is
   * @param offset of codes: if it is not 0, a second number follows the scale, so many times it
   */
  private void block(ByteBuffer bytes, TensorType type, int at, double scale, double offset) {
    double sign = random.nextBoolean() ? 1 : -1;
    float d = (float) (sign * scale * (0.5 + random.nextDouble()));
    byte[] all = new byte[type.blockBytes()];
    random.nextBytes(all);
    ByteBuffer block = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    block.putShort(at, Float.floatToFloat16(d));
    if (offset != 0) {
      block.putShort(at + 2, Float.floatToFloat16((float) (d * offset)));
    }
    bytes.put(all);
  }

  /** For messages: what was tried, and how to try it again. */
  String label(String what) {
    return what + ", seed " + seed;
  }
}
