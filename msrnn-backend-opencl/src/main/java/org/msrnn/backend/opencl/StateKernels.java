package org.msrnn.backend.opencl;

/** Stores and copies keys and values ({@code states.cl}). */
@SuppressWarnings("DoNotCallSuggester") // stubs, until they do something
final class StateKernels {
  final Device device;

  StateKernels(Device device) {
    this.device = device;
  }

  void append(
      OpenClBuffer k,
      OpenClBuffer v,
      int row,
      int rows,
      int firstKvHead,
      OpenClKv kv,
      int[] slots) {
    throw new UnsupportedOperationException(device.info().name());
  }

  void read(OpenClKv kv, int head, int slot, float[] key, float[] value) {
    throw new UnsupportedOperationException();
  }

  void write(float[] key, float[] value, OpenClKv kv, int head, int slot) {
    throw new UnsupportedOperationException();
  }

  void copy(OpenClKv from, int[] slots, int count, OpenClKv to, int[] toSlots) {
    throw new UnsupportedOperationException();
  }
}
