package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Tensor;

/** Packs a tensor's rows, part by part, each cut by groups. */
final class PackTask implements WorkerPool.Task {
  private final Tensor tensor;
  private final CpuWeights into;
  private final @Nullable FileRows[] lanes;
  private volatile boolean exact = true;

  // change while no other thread packs
  private Tensor part;
  private int firstGroup;

  private PackTask(Tensor tensor, CpuWeights into, @Nullable FileRows[] lanes) {
    this.tensor = tensor;
    this.part = tensor;
    this.into = into;
    this.lanes = lanes;
  }

  /**
   * Packs in a format, or as floats if that cannot hold the tensor's numbers.
   *
   * @param lanes room for what each thread of the pool needs, which is made once
   * @param open see {@link OffHeap}
   */
  static CpuWeights pack(
      Tensor tensor,
      Packing packing,
      WorkerPool pool,
      @Nullable FileRows[] lanes,
      Set<OffHeap> open) {
    PackTask task = new PackTask(tensor, weights(tensor, packing, open), lanes);
    if (task.run(pool)) {
      return task.into;
    }
    FloatPacking floats = new FloatPacking(packing.rounds());
    PackTask asFloats = new PackTask(tensor, weights(tensor, floats, open), lanes);
    asFloats.run(pool);
    return asFloats.into;
  }

  private static CpuWeights weights(Tensor tensor, Packing packing, Set<OffHeap> open) {
    return new CpuWeights(packing, tensor.rows(), tensor.columns(), tensor.name(), open);
  }

  /** Packs all; where that cannot be done, or a part cannot be read, no memory is left behind. */
  private boolean run(WorkerPool pool) {
    boolean done = false;
    try {
      done = packParts(pool);
      return done;
    } finally {
      if (!done) {
        into.close();
      }
    }
  }

  private boolean packParts(WorkerPool pool) {
    for (Tensor some : tensor.parts()) {
      part = some.inMemory();
      int groups = Math.ceilDiv(part.rows(), Packing.ROWS);
      if (part.data().isAccessibleBy(new Thread())) {
        pool.run(this, groups);
      } else {
        for (int group = 0; group < groups; group++) {
          run(group, 0); // the data belongs to the calling thread
        }
      }
      if (!exact) {
        return false;
      }
      firstGroup += groups;
    }
    return true;
  }

  @Override
  public void run(int chunk, int lane) {
    FileRows rows = lanes[lane];
    if (rows == null) {
      rows = new FileRows();
      lanes[lane] = rows;
    }
    int group = firstGroup + chunk;
    long words = into.at(group);
    long scales = into.scalesAt(group);
    for (int from = 0; from < tensor.columns(); from += FileRows.SPAN) {
      int columns = Math.min(FileRows.SPAN, tensor.columns() - from);
      rows.read(part, chunk * Packing.ROWS, into.rowsOf(group), from, columns);
      if (!into.packing.pack(rows)) {
        exact = false;
      }
      words += put(rows.words, into.packing.groupBytes(columns), words);
      scales += put(rows.scales, into.packing.scaleBytes(columns), scales);
    }
  }

  private long put(int[] from, long bytes, long at) {
    MemorySegment.copy(from, 0, into.data, ValueLayout.JAVA_INT, at, (int) (bytes / Integer.BYTES));
    return bytes;
  }
}
