package org.msrnn.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the chunks of one task at a time. The caller works too. Chunks are claimed one
 * by one, so that a thread that was descheduled delays its own chunk and nothing else; threads that
 * come too late are not waited for. Idle threads spin briefly, then park.
 *
 * <p>A task that is started from within a task runs on the thread that starts it.
 */
final class WorkerPool implements AutoCloseable {
  /** Work in chunks that may run at the same time. */
  interface Task {
    /**
     * Does one chunk.
     *
     * @param chunk number of the chunk
     * @param lane number of the thread that runs it, 0 for the caller: for scratch of its own
     */
    void run(int chunk, int lane);
  }

  /** How long a thread spins before it parks: longer than the gaps between kernels of a layer. */
  private static final long SPIN_NANOS = 40_000;

  private static final int SPINS_A_LOOK = 32;

  private final Worker[] workers;

  /**
   * Generation in the upper half, chunks not yet claimed in the lower. Claiming is one compare and
   * set, which fails when the job is another one meanwhile. The fields of a job stay as they are
   * until all its chunks are done, so whoever has claimed a chunk may read them.
   */
  private final AtomicLong ticket = new AtomicLong();

  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private @Nullable Task task;
  private int chunks;
  private @Nullable Thread caller;
  private volatile boolean callerParked;
  private volatile boolean closed;

  // touched by the caller alone
  private int generation;
  private boolean running;

  /**
   * Starts the threads.
   *
   * @param threads how many work, the caller among them
   */
  WorkerPool(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(this, i + 1);
    }
    for (Worker worker : workers) {
      worker.start();
    }
  }

  /** Threads, the caller among them. */
  int threads() {
    return workers.length + 1;
  }

  /** Whether the current thread is at work on a task. */
  boolean inside() {
    return running || onWorker();
  }

  /** Number of the current thread. */
  int lane() {
    return Thread.currentThread() instanceof Worker worker && worker.pool == this ? worker.lane : 0;
  }

  private boolean onWorker() {
    return Thread.currentThread() instanceof Worker worker && worker.pool == this;
  }

  /**
   * Runs all chunks and returns when they are done. The first failure of a chunk is thrown; chunks
   * that had not begun by then are left out.
   */
  void run(Task work, int count) {
    if (closed) {
      throw new IllegalStateException("the cpu backend is closed");
    }
    int lane = lane();
    if (count <= 1 || workers.length == 0 || lane != 0 || running) {
      for (int chunk = 0; chunk < count; chunk++) {
        work.run(chunk, lane);
      }
      return;
    }
    running = true;
    try {
      publish(work, count);
      while (step(0)) {
        // claims until nothing is left
      }
      await();
    } finally {
      running = false;
      task = null;
    }
    rethrow(failure.getAndSet(null));
  }

  private void publish(Task work, int count) {
    task = work;
    chunks = count;
    caller = Thread.currentThread();
    unfinished.set(count);
    generation++;
    ticket.set((long) generation << 32 | count);
    int wanted = Math.min(count - 1, workers.length);
    for (int i = 0; i < wanted; i++) {
      if (workers[i].parked) {
        LockSupport.unpark(workers[i]);
      }
    }
  }

  /** Does one chunk of the current job; false if there is none to claim. */
  private boolean step(int lane) {
    long seen;
    do {
      seen = ticket.get();
      if ((int) seen == 0) {
        return false;
      }
    } while (!ticket.compareAndSet(seen, seen - 1));
    Task current = task;
    try {
      if (current != null && failure.get() == null) {
        current.run(chunks - (int) seen, lane);
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    } finally {
      if (unfinished.decrementAndGet() == 0 && callerParked) {
        LockSupport.unpark(caller);
      }
    }
    return true;
  }

  private void await() {
    long end = System.nanoTime() + SPIN_NANOS;
    while (unfinished.get() > 0) {
      for (int i = 0; i < SPINS_A_LOOK && unfinished.get() > 0; i++) {
        Thread.onSpinWait();
      }
      if (System.nanoTime() > end) {
        callerParked = true;
        while (unfinished.get() > 0) {
          LockSupport.park(this);
        }
        callerParked = false;
      }
    }
  }

  private static void rethrow(@Nullable Throwable thrown) {
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  /** Ends the threads and waits until they are gone. */
  @Override
  public void close() {
    if (inside()) {
      throw new IllegalStateException("the cpu backend cannot be closed from within a task of it");
    }
    closed = true;
    boolean interrupted = false;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Worker extends Thread {
    private final WorkerPool pool;
    private final int lane;
    private volatile boolean parked;

    Worker(WorkerPool pool, int lane) {
      super("msrnn-cpu-" + lane);
      this.pool = pool;
      this.lane = lane;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!pool.closed) {
        if (!pool.step(lane)) {
          rest();
        }
      }
    }

    private boolean idle() {
      return (int) pool.ticket.get() == 0 && !pool.closed;
    }

    private void rest() {
      long end = System.nanoTime() + SPIN_NANOS;
      while (idle()) {
        for (int i = 0; i < SPINS_A_LOOK && idle(); i++) {
          Thread.onSpinWait();
        }
        if (System.nanoTime() > end) {
          parked = true;
          while (idle()) {
            LockSupport.park(pool);
          }
          parked = false;
        }
      }
    }
  }
}
