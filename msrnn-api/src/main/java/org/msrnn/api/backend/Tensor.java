package org.msrnn.api.backend;

import java.lang.foreign.MemorySegment;
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

  /**
   * The encoded numbers, exactly as many bytes as they take. A tensor of a file is read by this
   * call, and stays in memory until another one of the same file is read.
   */
  public MemorySegment data() {
    MemorySegment data = source.get();
    long bytes = type.bytes(Math.multiplyExact((long) rows, (long) columns));
    if (data.byteSize() != bytes) {
      throw new IllegalArgumentException(
          name + ": " + data.byteSize() + " bytes in place of " + bytes);
    }
    return data;
  }

  /** The tensor in memory, as long as {@link #data} is there. */
  public Tensor inMemory() {
    return new Tensor(name, type, rows, columns, data());
  }

  /** Decodes one row. */
  public void decodeRow(int row, float[] into, int at) {
    type.decode(data(), (long) row * columns, columns, into, at);
  }
}
