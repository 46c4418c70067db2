package org.msrnn.backend.opencl;

import org.msrnn.api.backend.Buffer;

/**
 * A float32 matrix, row after row.
 *
 * @param memory {@code [rows * columns]} floats
 */
record OpenClBuffer(Memory memory, int rows, int columns) implements Buffer {
  @Override
  public void close() {
    memory.close();
  }
}
