package org.msrnn.backend.opencl;

import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;

/**
 * A weight matrix in planes: one array for each part of a block (scales, quants, ...).
 *
 * @param memory the planes, one after the other
 * @param type number format
 */
record OpenClWeights(Memory memory, TensorType type, int rows, int columns) implements Weights {
  @Override
  public long bytes() {
    return memory.bytes();
  }

  @Override
  public void close() {
    memory.close();
  }
}
