package org.msrnn.backend.opencl;

import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Rope;

/** Kernels that work on rows by themselves ({@code rows.cl}): norms, sums, gates, rotation. */
@SuppressWarnings("DoNotCallSuggester") // stubs, until they do something
final class RowKernels {
  private final Device device;

  RowKernels(Device device) {
    this.device = device;
  }

  void norm(OpenClBuffer x, OpenClBuffer weight, float epsilon, int rows, OpenClBuffer out) {
    throw new UnsupportedOperationException(device.info().name());
  }

  void add(OpenClBuffer x, OpenClBuffer y, int rows) {
    throw new UnsupportedOperationException();
  }

  void scale(OpenClBuffer x, float factor, int rows) {
    throw new UnsupportedOperationException();
  }

  void softCap(OpenClBuffer x, float cap, int rows) {
    throw new UnsupportedOperationException();
  }

  void gate(Activation activation, OpenClBuffer gate, OpenClBuffer up, int rows) {
    throw new UnsupportedOperationException();
  }

  void rope(OpenClBuffer x, int row, int rows, Heads heads, Rope rope, double[] positions) {
    throw new UnsupportedOperationException();
  }
}
