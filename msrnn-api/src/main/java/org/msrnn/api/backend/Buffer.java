package org.msrnn.api.backend;

/** A float32 matrix on a device, row-major in meaning. Opaque: only its backend looks inside. */
public interface Buffer extends AutoCloseable {
  /** Rows. */
  int rows();

  /** Columns. */
  int columns();

  /** Gives the memory back. */
  @Override
  void close();
}
