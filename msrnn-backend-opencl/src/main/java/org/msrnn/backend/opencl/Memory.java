package org.msrnn.backend.opencl;

/** A piece of device memory. */
final class Memory implements AutoCloseable {
  /** OpenCL's handle; 0 once closed. */
  private long handle;

  private final Ledger ledger;
  private final long bytes;

  Memory(Ledger ledger, long handle, long bytes) {
    this.ledger = ledger;
    this.handle = handle;
    this.bytes = bytes;
  }

  long handle() {
    if (handle == 0) {
      throw new IllegalStateException("this device memory is closed");
    }
    return handle;
  }

  long bytes() {
    return bytes;
  }

  /** Gives the memory back, after the kernels that use it have run. */
  @Override
  public void close() {
    if (handle != 0) {
      long closing = handle;
      handle = 0;
      ledger.release(this, closing);
    }
  }
}
