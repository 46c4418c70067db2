package org.msrnn.backend.cpu;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;

/** Vector API kernels on a pool of threads. */
final class CpuBackend implements Backend {
  private final WorkerPool pool;
  private final CpuKernels kernels;
  private final boolean roundsQ8;

  private final @Nullable FileRows[] lanes; // of the pool
  private final Set<OffHeap> open = ConcurrentHashMap.newKeySet();

  /**
   * A backend.
   *
   * @param roundsQ8 whether inputs of products with Q8_0 are rounded, too
   */
  CpuBackend(int threads, boolean roundsQ8) {
    this.roundsQ8 = roundsQ8;
    pool = new WorkerPool(threads);
    lanes = new FileRows[threads];
    kernels = new CpuKernels(pool);
  }

  @Override
  public String description() {
    return "cpu ("
        + Simd.FLOATS.vectorBitSize()
        + "-bit vectors, "
        + pool.threads()
        + (pool.threads() == 1 ? " thread" : " threads")
        + (roundsQ8 ? ", 8-bit inputs for Q8_0)" : ")");
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public Weights upload(Tensor tensor) {
    return PackTask.pack(tensor, Packing.of(tensor.type(), roundsQ8), pool, lanes, open);
  }

  @Override
  public boolean roundsInputs(TensorType type) {
    return Packing.of(type, roundsQ8).rounds();
  }

  @Override
  public Buffer allocate(int rows, int columns) {
    return new CpuBuffer(rows, columns);
  }

  @Override
  public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
    return new CpuKv(heads, headSize, capacity, type, open);
  }

  @Override
  public void close() {
    pool.close();
    open.forEach(OffHeap::close);
  }
}
