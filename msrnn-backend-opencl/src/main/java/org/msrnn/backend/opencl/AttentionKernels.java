package org.msrnn.backend.opencl;

import org.msrnn.api.backend.AttentionCall;

/** Attention over slots ({@code attention.cl}). */
final class AttentionKernels {
  private final Device device;

  AttentionKernels(Device device) {
    this.device = device;
  }

  @SuppressWarnings("DoNotCallSuggester") // until it does something
  void attend(AttentionCall call) {
    throw new UnsupportedOperationException(device.info().name());
  }
}
