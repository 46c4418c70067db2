package org.msrnn.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the chunks of one task at a time. The caller works too. Each thread has a
 * share of the chunks, the same one for every task of so many chunks: so it meets the same weights
 * token after token, in the cache that is nearest to it. Chunks are claimed one by one, and who has
 * done its own takes those of others, so that a thread that was descheduled delays one chunk and
 * nothing else; threads that come too late are not waited for. Idle threads spin briefly, then
 * park.
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

  /** Numbers from one thread's ticket to the next: two cache lines, which are fetched as a pair. */
  private static final int STRIDE = 16;

  private final Worker[] workers;

  /**
   * By thread: generation in the upper half, chunks of its share not yet claimed in the lower.
   * Claiming is one compare and set, which fails when the job is another one meanwhile. The fields
   * of a job stay as they are until all its chunks are done, so whoever has claimed a chunk may
   * read them.
   */
  private final AtomicLongArray tickets;

  /** Generation of the latest job. */
  private final AtomicInteger published = new AtomicInteger();

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
    tickets = new AtomicLongArray(threads * STRIDE);
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
    for (int lane = 0; lane < threads(); lane++) {
      int share = firstOf(lane + 1) - firstOf(lane);
      tickets.set(lane * STRIDE, (long) generation << 32 | share);
    }
    published.set(generation);
    int wanted = Math.min(count - 1, workers.length);
    for (int i = 0; i < wanted; i++) {
      if (workers[i].parked) {
        LockSupport.unpark(workers[i]);
      }
    }
  }

  /** First chunk of a thread's share. */
  private int firstOf(int lane) {
    return (int) ((long) chunks * lane / threads());
  }

  /** Does one chunk of the current job, of the thread's own share first; false if there is none. */
  private boolean step(int lane) {
    for (int i = 0; i < threads(); i++) {
      int owner = lane + i < threads() ? lane + i : lane + i - threads();
      int left = claim(owner);
      if (left > 0) {
        work(firstOf(owner + 1) - left, lane);
        return true;
      }
    }
    return false;
  }

  /** Claims a chunk of a share: how many were left before, 0 if none. */
  private int claim(int owner) {
    long seen;
    do {
      seen = tickets.get(owner * STRIDE);
      if ((int) seen == 0) {
        return 0;
      }
    } while (!tickets.compareAndSet(owner * STRIDE, seen, seen - 1));
    return (int) seen;
  }

  private void work(int chunk, int lane) {
    Task current = task;
    try {
      if (current != null && failure.get() == null) {
        current.run(chunk, lane);
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    } finally {
      if (unfinished.decrementAndGet() == 0 && callerParked) {
        LockSupport.unpark(caller);
      }
    }
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
      int done = 0;
      while (!pool.closed) {
        int latest = pool.published.get();
        if (latest == done) {
          rest(done);
        } else {
          while (pool.step(lane)) {
            // claims until nothing is left
          }
          done = latest;
        }
      }
    }

    private boolean idle(int done) {
      return pool.published.get() == done && !pool.closed;
    }

    private void rest(int done) {
      long end = System.nanoTime() + SPIN_NANOS;
      while (idle(done)) {
        for (int i = 0; i < SPINS_A_LOOK && idle(done); i++) {
          Thread.onSpinWait();
        }
        if (System.nanoTime() > end) {
          parked = true;
          while (idle(done)) {
            LockSupport.park(pool);
          }
          parked = false;
        }
      }
    }
  }
}
