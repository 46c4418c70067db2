package org.msrnn.api.backend;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix as it stands in a file or in memory, row-major: {@code [rows, columns]}, the
 * columns contiguous. A vector is a matrix of one row.
 *
 * @param name its name, for messages
 * @param type number format
 * @param rows output size
 * @param columns input size, a multiple of the format's block
 * @param data the encoded numbers, exactly as many bytes as they take
 */
public record Tensor(String name, TensorType type, int rows, int columns, MemorySegment data) {
  /** Checks that shape and bytes agree. */
  public Tensor {
    if (rows < 1 || columns < 1 || columns % type.blockSize() != 0) {
      throw new IllegalArgumentException(
          name + ": " + rows + " x " + columns + " does not go with " + type);
    }
    long bytes = type.bytes(Math.multiplyExact((long) rows, (long) columns));
    if (data.byteSize() != bytes) {
      throw new IllegalArgumentException(
          name + ": " + data.byteSize() + " bytes in place of " + bytes);
    }
  }

  /** Decodes one row into {@code into[at ...]}. */
  public void decodeRow(int row, float[] into, int at) {
    type.decode(data, (long) row * columns, columns, into, at);
  }
}
