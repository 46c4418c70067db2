package org.msrnn.backend.opencl;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;

/** Keys and values of one slot space, and the positions of its slots as the device knows them. */
@SuppressWarnings("DoNotCallSuggester") // stubs, until they do something
final class OpenClKv implements KvBuffer {
  private final StateKernels kernels;
  private final int heads;
  private final int headSize;
  private final KvType type;
  private int capacity;

  /** Slots that the device manages itself, while there are any. */
  @Nullable OpenClSlots program;

  OpenClKv(StateKernels kernels, int heads, int headSize, int capacity, KvType type) {
    this.kernels = kernels;
    this.heads = heads;
    this.headSize = headSize;
    this.capacity = capacity;
    this.type = type;
  }

  @Override
  public int heads() {
    return heads;
  }

  @Override
  public int headSize() {
    return headSize;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public KvType type() {
    return type;
  }

  @Override
  public void reserve(int wanted) {
    throw new UnsupportedOperationException(kernels.device.info().name());
  }

  @Override
  public long bytes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
