package org.msrnn.backend.opencl;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.Weights;
import org.msrnn.api.policy.ScoreProgram;

/** Memory and kernels of one OpenCL device. */
final class OpenClBackend implements Backend {
  private final Device device;
  private final OpenClKernels kernels;

  /** On an open device, which is closed with the backend. */
  OpenClBackend(Device device) {
    this.device = device;
    this.kernels = new OpenClKernels(device);
  }

  /** On an open device, which is closed if that does not go well. */
  static OpenClBackend on(Device device) {
    try {
      return new OpenClBackend(device);
    } catch (RuntimeException | LinkageError e) {
      device.close();
      throw e;
    }
  }

  @Override
  public long room() {
    return device.ledger().limit() - device.ledger().inUse();
  }

  Device device() {
    return device;
  }

  @Override
  public String description() {
    return "opencl (" + device.info().name() + ", " + device.info().platform() + ")";
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public Weights upload(Tensor tensor) {
    return kernels.matrices.upload(tensor);
  }

  @Override
  public Buffer allocate(int rows, int columns) {
    long bytes = Math.multiplyExact((long) rows * columns, (long) Float.BYTES);
    Memory memory = device.allocate(bytes, "a matrix of " + rows + " x " + columns);
    return new OpenClBuffer(memory, rows, columns);
  }

  @Override
  public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
    return new OpenClKv(device, heads, headSize, capacity, type);
  }

  @Override
  public @Nullable ProgramSlots programSlots(ScoreProgram program, KvBuffer kv) {
    return new OpenClSlots(kernels.slots, program, (OpenClKv) kv);
  }

  @Override
  public void close() {
    device.close();
  }
}
