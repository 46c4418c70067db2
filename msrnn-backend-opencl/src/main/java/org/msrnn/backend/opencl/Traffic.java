package org.msrnn.backend.opencl;

/** What crosses the bus, counted from the start. */
final class Traffic {
  /** Copies from the device, each of which waits. */
  long reads;

  /** Bytes from the device. */
  long bytesRead;

  /** Copies to the device. */
  long writes;

  /** Bytes to the device. */
  long bytesWritten;

  /** Kernels started. */
  long launches;
}
