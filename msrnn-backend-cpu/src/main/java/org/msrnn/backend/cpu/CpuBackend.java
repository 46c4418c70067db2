package org.msrnn.backend.cpu;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.Weights;

/** Vector API kernels on a pool of threads. */
final class CpuBackend implements Backend {
  private final WorkerPool pool;
  private final CpuKernels kernels;

  private final Set<OffHeap> open = ConcurrentHashMap.newKeySet();

  CpuBackend(int threads) {
    pool = new WorkerPool(threads);
    kernels = new CpuKernels(pool);
  }

  @Override
  public String description() {
    return "cpu ("
        + Simd.FLOATS.vectorBitSize()
        + "-bit vectors, "
        + pool.threads()
        + (pool.threads() == 1 ? " thread)" : " threads)");
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public Weights upload(Tensor tensor) {
    return PackTask.pack(tensor, pool, open);
  }

  @Override
  public Buffer allocate(int rows, int columns) {
    return new CpuBuffer(rows, columns);
  }

  @Override
  public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
    if (type != KvType.F32) {
      throw new BackendException("the backend cpu stores keys and values as F32, not as " + type);
    }
    return new CpuKv(heads, headSize, capacity, open);
  }

  @Override
  public void close() {
    pool.close();
    open.forEach(OffHeap::close);
  }
}
