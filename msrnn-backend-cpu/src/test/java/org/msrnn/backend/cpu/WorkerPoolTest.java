package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerPoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 16})
  void everyChunkRunsOnce(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (int chunks = 0; chunks < 300; chunks++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(chunks);
        pool.run((chunk, lane) -> runs.incrementAndGet(chunk), chunks);
        for (int c = 0; c < chunks; c++) {
          assertThat(runs.get(c)).as("chunk %d of %d", c, chunks).isOne();
        }
      }
    }
  }

  @Test
  void everyChunkRunsOnceForAnyNumbers() {
    long seed = 20_251_124;
    Random random = new Random(seed);
    for (int trial = 0; trial < 40; trial++) {
      int threads = 1 + random.nextInt(9);
      int chunks = random.nextInt(5000);
      AtomicIntegerArray runs = new AtomicIntegerArray(chunks);
      try (WorkerPool pool = new WorkerPool(threads)) {
        pool.run((chunk, lane) -> runs.incrementAndGet(chunk), chunks);
      }
      for (int c = 0; c < chunks; c++) {
        String what = "chunk %d of %d, %d threads, seed %d";
        assertThat(runs.get(c)).as(what, c, chunks, threads, seed).isOne();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void threadsThatAreAllAtWorkDoTheirOwnShares(int threads) {
    int share = 5;
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (int job = 0; job < 20; job++) {
        CyclicBarrier inStep = new CyclicBarrier(threads);
        AtomicIntegerArray lanes = new AtomicIntegerArray(threads * share);
        pool.run(
            (chunk, lane) -> {
              lanes.set(chunk, lane);
              assertThat(all(inStep)).isTrue();
            },
            threads * share);
        for (int c = 0; c < threads * share; c++) {
          assertThat(lanes.get(c)).as("thread of chunk %d", c).isEqualTo(c / share);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void theShareOfAThreadThatHangsIsDoneByOthers(int hanging) {
    CountDownLatch others = new CountDownLatch(7);
    try (WorkerPool pool = new WorkerPool(2)) {
      pool.run(
          (chunk, lane) -> {
            if (chunk == hanging) {
              assertThat(waited(others)).isTrue();
            } else {
              others.countDown();
            }
          },
          8);
    }
    assertThat(others.getCount()).isZero();
  }

  @Test
  void resultsOfAJobAreSeenByTheNext() {
    int[] sums = new int[64]; // plain memory on purpose
    try (WorkerPool pool = new WorkerPool(4)) {
      for (int round = 1; round <= 20_000; round++) {
        int expected = round;
        pool.run(
            (chunk, lane) -> {
              // the neighbour's number of the last round, written by any thread
              assertThat(sums[32 * (expected & 1) + (chunk + 1) % 32]).isEqualTo(expected - 1);
              sums[32 * (~expected & 1) + chunk] = expected;
            },
            32);
      }
    }
    assertThat(sums).contains(20_000);
  }

  @Test
  void lanesAreBelowTheNumberOfThreadsAndHeldByOneThreadEach() {
    Set<String> pairs = ConcurrentHashMap.newKeySet();
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int i = 0; i < 200; i++) {
        pool.run((chunk, lane) -> pairs.add(lane + " " + Thread.currentThread().threadId()), 50);
      }
    }
    assertThat(pairs).hasSizeLessThanOrEqualTo(3).allMatch(pair -> pair.charAt(0) < '3');
  }

  @Test
  void twoThreadsAreInsideATaskAtTheSameTime() {
    CountDownLatch both = new CountDownLatch(2);
    try (WorkerPool pool = new WorkerPool(2)) {
      pool.run(
          (chunk, lane) -> {
            both.countDown();
            assertThat(waited(both)).isTrue();
          },
          2);
    }
    assertThat(both.getCount()).isZero();
  }

  @Test
  void parkedThreadsWakeUp() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(2)) {
      for (int i = 0; i < 20; i++) {
        Thread.sleep(2); // well beyond the spinning
        CountDownLatch both = new CountDownLatch(2);
        pool.run(
            (chunk, lane) -> {
              both.countDown();
              assertThat(waited(both)).isTrue();
            },
            2);
        assertThat(both.getCount()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aFailureReachesTheCallerAndThePoolLivesOn(int threads) {
    IllegalStateException planted = new IllegalStateException("planted");
    Error error = new AssertionError("planted error");
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (int failing = 0; failing < 32; failing++) {
        int at = failing;
        assertThatThrownBy(() -> pool.run((chunk, lane) -> fail(chunk == at, planted), 32))
            .isSameAs(planted);
        AtomicInteger runs = new AtomicInteger();
        pool.run((chunk, lane) -> runs.incrementAndGet(), 32);
        assertThat(runs).hasValue(32);
      }
      assertThatThrownBy(
              () ->
                  pool.run(
                      (chunk, lane) -> {
                        throw error;
                      },
                      8))
          .isSameAs(error);
    }
  }

  private static void fail(boolean now, RuntimeException planted) {
    if (now) {
      throw planted;
    }
  }

  @Test
  void aTaskWithinATaskRunsOnTheSameThread() {
    AtomicInteger inner = new AtomicInteger();
    try (WorkerPool pool = new WorkerPool(4)) {
      pool.run(
          (outer, outerLane) -> {
            Thread thread = Thread.currentThread();
            pool.run(
                (chunk, lane) -> {
                  assertThat(Thread.currentThread()).isSameAs(thread);
                  assertThat(lane).isEqualTo(outerLane);
                  inner.incrementAndGet();
                },
                10);
          },
          20);
      assertThat(inner).hasValue(200);
      assertThat(pool.inside()).isFalse();
    }
  }

  @Test
  void aFailureOfAnInnerTaskReachesTheOuterCaller() {
    IllegalStateException planted = new IllegalStateException("planted");
    try (WorkerPool pool = new WorkerPool(3)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      (outer, outerLane) ->
                          pool.run((chunk, lane) -> fail(outer == 7 && chunk == 3, planted), 5),
                      9))
          .isSameAs(planted);
    }
  }

  @Test
  void closeEndsTheThreads() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    WorkerPool pool = new WorkerPool(4);
    CountDownLatch all = new CountDownLatch(4);
    pool.run(
        (chunk, lane) -> {
          threads.add(Thread.currentThread());
          all.countDown();
          assertThat(waited(all)).isTrue();
        },
        4);
    threads.remove(Thread.currentThread());
    assertThat(threads).hasSize(3).allMatch(Thread::isAlive).allMatch(Thread::isDaemon);
    pool.close();
    assertThat(threads).noneMatch(Thread::isAlive);
    assertThatThrownBy(() -> pool.run((chunk, lane) -> {}, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    pool.close();
  }

  @Test
  void closeFromWithinATaskIsRefused() {
    try (WorkerPool pool = new WorkerPool(2)) {
      assertThatThrownBy(() -> pool.run((chunk, lane) -> pool.close(), 4))
          .isInstanceOf(IllegalStateException.class);
      AtomicInteger runs = new AtomicInteger();
      pool.run((chunk, lane) -> runs.incrementAndGet(), 4);
      assertThat(runs).hasValue(4);
    }
  }

  @Test
  void twoPoolsDoNotDisturbEachOther() {
    try (WorkerPool one = new WorkerPool(3);
        WorkerPool other = new WorkerPool(3)) {
      AtomicInteger runs = new AtomicInteger();
      for (int i = 0; i < 500; i++) {
        one.run((chunk, lane) -> runs.incrementAndGet(), 7);
        other.run((chunk, lane) -> runs.incrementAndGet(), 5);
      }
      assertThat(runs).hasValue(500 * 12);
    }
  }

  private static boolean all(CyclicBarrier barrier) {
    try {
      return barrier.await(30, TimeUnit.SECONDS) >= 0;
    } catch (BrokenBarrierException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean waited(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
