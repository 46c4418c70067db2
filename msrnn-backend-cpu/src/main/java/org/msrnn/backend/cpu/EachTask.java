package org.msrnn.backend.cpu;

import java.util.function.IntConsumer;

/** A caller's independent tasks, one a chunk. */
final class EachTask implements WorkerPool.Task {
  private IntConsumer body = chunk -> {};

  void run(WorkerPool pool, int tasks, IntConsumer task) {
    body = task;
    pool.run(this, tasks);
  }

  @Override
  public void run(int chunk, int lane) {
    body.accept(chunk);
  }
}
