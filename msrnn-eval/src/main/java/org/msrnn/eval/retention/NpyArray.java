package org.msrnn.eval.retention;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An array in NumPy's format .npy, version 1.0: magic, header, numbers in C order.
 *
 * @param type NumPy's name of the number type: {@code <i4} or {@code |u1}
 * @param shape the dimensions
 * @param data the numbers' bytes, little-endian
 */
record NpyArray(String type, int[] shape, byte[] data) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  /** Data begin at a multiple of this. */
  private static final int ALIGNMENT = 64;

  /** Numbers in C order. */
  static NpyArray int32(int[] numbers, int... shape) {
    byte[] bytes = new byte[Math.multiplyExact(Integer.BYTES, numbers.length)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(numbers);
    return new NpyArray("<i4", shape, bytes);
  }

  /** A text as an array of bytes, UTF-8. */
  static NpyArray utf8(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new NpyArray("|u1", new int[] {bytes.length}, bytes);
  }

  void write(OutputStream out) throws IOException {
    String dimensions =
        Arrays.stream(shape).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, dimensions);
    int length = MAGIC.length + Short.BYTES + header.length() + 1;
    int padding = Math.floorMod(-length, ALIGNMENT);
    header += " ".repeat(padding) + "\n";
    out.write(MAGIC);
    out.write(header.length());
    out.write(header.length() >> Byte.SIZE);
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    out.write(data);
  }
}
