package org.msrnn.api.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
public record Tensor(String name, TensorType type, int rows, int columns, Source source) {
  private static final long PART_BYTES = 4L << 20;
  private static final int PART_STEP = 64; // rows

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Where encoded numbers come from. */
  @FunctionalInterface
  public interface Source {
    /** Some of the rows, one after the other; there until others are asked for. */
    MemorySegment rows(int first, int count);
  }

  /** Checks that shape and format agree. */
  public Tensor {
    if (rows < 1 || columns < 1 || columns % type.blockSize() != 0) {
      throw new IllegalArgumentException(
          name + ": " + rows + " x " + columns + " does not go with " + type);
    }
  }

  /** A tensor in memory: exactly as many bytes as the numbers take. */
  public Tensor(String name, TensorType type, int rows, int columns, MemorySegment data) {
    this(name, type, rows, columns, new Memory(data, rows));
    data();
  }

  private record Memory(MemorySegment data, int rows) implements Source {
    @Override
    public MemorySegment rows(int first, int count) {
      if (count == rows) {
        return data;
      }
      long rowBytes = data.byteSize() / rows;
      return data.asSlice(first * rowBytes, count * rowBytes);
    }
  }

  /** A float32 vector in memory. */
  public static Tensor of(String name, float... numbers) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(4, numbers.length)]);
    MemorySegment.copy(numbers, 0, data, FLOAT, 0, numbers.length);
    return new Tensor(name, TensorType.F32, 1, numbers.length, data);
  }

  /**
   * The encoded numbers, exactly as many bytes as they take. A tensor of a file is read by this
   * call, and stays in memory until other rows of the same file are read.
   */
  public MemorySegment data() {
    MemorySegment data = source.rows(0, rows);
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
    return new Tensor(name, type, count, columns, (from, some) -> source.rows(first + from, some));
  }

  /**
   * The rows in order, some at a time: {@link #partRows}, and what is left as the last part. A
   * backend that packs rows takes a tensor in parts, so that a file passes through little memory.
   * Of a file, a part is read when its {@link #data} is asked for.
   */
  public List<Tensor> parts() {
    List<Tensor> parts = new ArrayList<>();
    int some = partRows(type, rows, columns);
    for (int first = 0; first < rows; first += some) {
      parts.add(rows(first, Math.min(some, rows - first)));
    }
    return parts;
  }

  /** Rows of a part of a tensor: of a few MiB, a multiple of 64, or all rows. */
  public static int partRows(TensorType type, int rows, int columns) {
    long some = PART_BYTES / type.bytes(columns) & -PART_STEP;
    return (int) Math.min(rows, Math.max(some, PART_STEP));
  }

  /** Decodes one row. */
  public void decodeRow(int row, float[] into, int at) {
    type.decode(data(), (long) row * columns, columns, into, at);
  }
}
