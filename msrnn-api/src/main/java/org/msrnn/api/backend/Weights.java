package org.msrnn.api.backend;

/** A weight matrix on a device. Opaque: only its backend looks inside. */
public interface Weights extends AutoCloseable {
  /** Output size. */
  int rows();

  /** Input size. */
  int columns();

  /** Bytes that a product with one vector reads. */
  long bytes();

  /** Gives the memory back. */
  @Override
  void close();
}
