package org.msrnn.backend.cpu;

import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Buffer;

/** A float32 matrix in one array, row after row. The garbage collector takes it back. */
final class CpuBuffer implements Buffer {
  final float[] data;
  private final int rows;
  private final int columns;

  CpuBuffer(int rows, int columns) {
    long numbers = Math.multiplyExact((long) rows, (long) columns);
    if (numbers > Integer.MAX_VALUE - 8) {
      throw new BackendException(
          "a buffer of " + rows + " x " + columns + " numbers is too large, at most 2^31 - 9");
    }
    this.rows = rows;
    this.columns = columns;
    try {
      data = new float[(int) numbers];
    } catch (OutOfMemoryError e) {
      throw new BackendException(
          "no memory for a buffer of " + rows + " x " + columns + " numbers on the heap", e);
    }
  }

  /** Where a row starts in {@link #data}. */
  int at(int row) {
    return row * columns;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public void close() {}
}
