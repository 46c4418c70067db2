package org.msrnn.backend.opencl;

import org.msrnn.api.backend.Tensor;

/** Products with weights ({@code matrix.cl}), and rows of embedding tables. */
@SuppressWarnings("DoNotCallSuggester") // stubs, until they do something
final class MatrixKernels {
  private final Device device;

  MatrixKernels(Device device) {
    this.device = device;
  }

  OpenClWeights upload(Tensor tensor) {
    throw new UnsupportedOperationException(device.info().name());
  }

  void embed(OpenClWeights table, int[] tokens, int first, int rows, OpenClBuffer out) {
    throw new UnsupportedOperationException();
  }

  void matmul(OpenClWeights w, OpenClBuffer x, int firstRow, int rows, OpenClBuffer out) {
    throw new UnsupportedOperationException();
  }
}
