package org.msrnn.backend.opencl;

/** Where a device's kernels come from. */
interface Sources {
  /** The source of a family, which is built next. */
  String of(String file);

  /** Is told that the compiler came back, having built the file. */
  default void built(String file) {}
}
