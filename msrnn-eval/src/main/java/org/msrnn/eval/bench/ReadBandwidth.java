package org.msrnn.eval.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.msrnn.api.MsrnnException;

/**
 * How fast memory can be read, from a buffer larger than the caches: what no kernel can pass that
 * reads its weights from memory.
 *
 * @param bufferBytes bytes of the buffer
 * @param largePages whether the buffer lay in pages of 2 MiB; out of small ones less can be read
 * @param oneThread GB/s (10^9 bytes) of one thread, the best of some passes
 * @param threads how many threads read together
 * @param allThreads GB/s of all of them
 */
public record ReadBandwidth(
    long bufferBytes, boolean largePages, double oneThread, int threads, double allThreads) {
  private static final long MOST_BYTES = 512L << 20;
  private static final long WORD = Long.BYTES;
  private static final int PASSES = 8;
  private static final int WARM_UPS = 3000;
  private static final long WARM_UP_BYTES = 1 << 15;

  /**
   * Measures, which takes about a second: 512 MiB, or a quarter of the memory that is free.
   *
   * @param threads how many threads read together, 1 or more
   */
  public static ReadBandwidth measure(int threads) {
    long free = SystemMemory.available().orElse(Long.MAX_VALUE);
    return measure(threads, Math.min(MOST_BYTES, free / 4));
  }

  /** The same with a buffer of some size. */
  static ReadBandwidth measure(int threads, long about) {
    long part = Math.max(1, about / threads / WORD) * WORD;
    long bytes = part * threads;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment large = LargePages.map(bytes, arena);
      MemorySegment buffer = large != null ? large : arena.allocate(bytes, WORD);
      buffer.fill((byte) 1); // pages that were never written are all the same one
      AtomicLong result = new AtomicLong();
      for (int i = 0; i < WARM_UPS; i++) {
        result.addAndGet(read(buffer, 0, Math.min(bytes, WARM_UP_BYTES)));
      }
      double one = best(buffer, 1, bytes, result);
      double all = threads == 1 ? one : best(buffer, threads, part, result);
      return new ReadBandwidth(bytes, large != null, one, threads, all);
    }
  }

  private static double best(MemorySegment buffer, int threads, long part, AtomicLong result) {
    double best = 0;
    for (int pass = 0; pass < PASSES; pass++) {
      long start = System.nanoTime();
      List<Thread> readers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        long from = t * part;
        readers.add(
            Thread.ofPlatform().start(() -> result.addAndGet(read(buffer, from, from + part))));
      }
      readers.forEach(ReadBandwidth::join);
      best = Math.max(best, (double) (part * threads) / (System.nanoTime() - start));
    }
    return best;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MsrnnException("the measurement was interrupted", e);
    }
  }

  /** C2 makes this a loop over vectors. */
  private static long read(MemorySegment buffer, long from, long to) {
    long all = 0;
    for (long at = from; at < to; at += WORD) {
      all ^= buffer.get(ValueLayout.JAVA_LONG, at);
    }
    return all;
  }
}
