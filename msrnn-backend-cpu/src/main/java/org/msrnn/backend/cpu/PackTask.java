package org.msrnn.backend.cpu;

import java.util.Set;
import org.msrnn.api.backend.Tensor;

/** Packs a tensor's rows, cut by groups. */
final class PackTask implements WorkerPool.Task {
  private final Tensor tensor;
  private final CpuWeights into;
  private volatile boolean exact = true;

  private PackTask(Tensor tensor, CpuWeights into) {
    this.tensor = tensor;
    this.into = into;
  }

  /**
   * Packs in a format, or as floats if that cannot hold the tensor's numbers.
   *
   * @param open see {@link OffHeap}
   */
  static CpuWeights pack(Tensor tensor, Packing packing, WorkerPool pool, Set<OffHeap> open) {
    PackTask task = new PackTask(tensor, weights(tensor, packing, open));
    if (task.run(pool)) {
      return task.into;
    }
    task.into.close();
    FloatPacking floats = new FloatPacking(packing.rounds());
    PackTask asFloats = new PackTask(tensor, weights(tensor, floats, open));
    asFloats.run(pool);
    return asFloats.into;
  }

  private static CpuWeights weights(Tensor tensor, Packing packing, Set<OffHeap> open) {
    return new CpuWeights(packing, tensor.rows(), tensor.columns(), tensor.name(), open);
  }

  private boolean run(WorkerPool pool) {
    if (tensor.data().isAccessibleBy(new Thread())) {
      pool.run(this, into.groups());
    } else {
      for (int group = 0; group < into.groups(); group++) {
        run(group, 0); // the data belongs to the calling thread
      }
    }
    return exact;
  }

  @Override
  public void run(int group, int lane) {
    if (!into.packing.pack(tensor, into, group)) {
      exact = false;
    }
  }
}
