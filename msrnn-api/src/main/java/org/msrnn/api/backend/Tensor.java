package org.msrnn.api.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A weight matrix as it stands in a file or in memory, row-major: {@code [rows, columns]}, the
 * columns contiguous. A vector is a matrix of one row.
 *
 * @param name its name, for messages
 * @param type number format
 * @param rows output size
 * @param columns input size, a multiple of the format's block
 * @param source gives the encoded numbers
 */
public record Tensor(
    String name, TensorType type, int rows, int columns, Supplier<MemorySegment> source) {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Checks that shape and format agree. */
  public Tensor {
    if (rows < 1 || columns < 1 || columns % type.blockSize() != 0) {
      throw new IllegalArgumentException(
          name + ": " + rows + " x " + columns + " does not go with " + type);
    }
  }

  /** A tensor in memory: exactly as many bytes as the numbers take. */
  public Tensor(String name, TensorType type, int rows, int columns, MemorySegment data) {
    this(name, type, rows, columns, () -> data);
    data();
  }

  /** A float32 vector in memory. */
  public static Tensor of(String name, float... numbers) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(4, numbers.length)]);
    MemorySegment.copy(numbers, 0, data, FLOAT, 0, numbers.length);
    return new Tensor(name, TensorType.F32, 1, numbers.length, data);
  }

  /**
   * The encoded numbers, exactly as many bytes as they take. A tensor of a file is read by this
   * call, and stays in memory until another one of the same file is read.
   */
  public MemorySegment data() {
    MemorySegment data = source.get();
    if (data.byteSize() != bytes()) {
      throw new IllegalArgumentException(
          name + ": " + data.byteSize() + " bytes in place of " + bytes());
    }
    return data;
  }

  /** Bytes of the encoded numbers. */
  public long bytes() {
    return type.bytes(Math.multiplyExact((long) rows, (long) columns));
  }

  /** The tensor in memory, as long as {@link #data} is there. */
  public Tensor inMemory() {
    return new Tensor(name, type, rows, columns, data());
  }

  /** Some of the rows, as a tensor of their own. */
  public Tensor rows(int first, int count) {
    Objects.checkFromIndexSize(first, count, rows);
    long rowBytes = type.bytes(columns);
    return new Tensor(
        name, type, count, columns, () -> data().asSlice(first * rowBytes, count * rowBytes));
  }

  /** Decodes one row. */
  public void decodeRow(int row, float[] into, int at) {
    type.decode(data(), (long) row * columns, columns, into, at);
  }
}
