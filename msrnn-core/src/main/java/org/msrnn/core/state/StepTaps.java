package org.msrnn.core.state;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;

/**
 * Where the queries of one step leave what policies observe: rows of all layers in one buffer, so
 * that a single copy brings them to the host.
 */
final class StepTaps {
  private final Backend backend;
  private int rows;
  private int columns;
  private @Nullable Buffer buffer;
  private float[] host = new float[0];

  StepTaps(Backend backend) {
    this.backend = backend;
  }

  /** Sets some rows aside for a set, at the start; gives the first one. */
  int add(int count) {
    rows += count;
    return rows - count;
  }

  /** Before a step: makes rows long enough. */
  void reserve(int slots) {
    if (buffer == null || buffer.columns() < slots) {
      close();
      buffer = backend.allocate(rows, slots);
      host = new float[Math.multiplyExact(rows, slots)];
    }
  }

  /** The rows on the device. */
  Buffer buffer() {
    if (buffer == null) {
      throw new IllegalStateException("no room was made for the rows of a step");
    }
    return buffer;
  }

  /** Waits, then copies all rows, each up to a number of slots. */
  void read(int slots) {
    columns = slots;
    backend.kernels().read(buffer(), 0, rows, slots, host);
  }

  /** What was read, row after row, {@link #stride} numbers each. */
  float[] host() {
    return host;
  }

  int stride() {
    return columns;
  }

  /** Whether any set has rows here. */
  boolean used() {
    return rows > 0;
  }

  void close() {
    if (buffer != null) {
      buffer.close();
      buffer = null;
    }
  }
}
