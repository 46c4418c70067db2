package org.msrnn.eval.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** Time and chance as a judge's client meets them. */
public interface JudgeTime {
  /** Those of this computer. */
  JudgeTime REAL =
      new JudgeTime() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration); // between two tries a client has nothing else to do
        }

        @Override
        public double jitter() {
          return ThreadLocalRandom.current().nextDouble();
        }
      };

  /** The time of day, to which a {@code Retry-After} date refers. */
  Instant now();

  /** A clock that nobody sets. */
  long nanoTime();

  /** Waits. */
  void sleep(Duration duration) throws InterruptedException;

  /** A number from 0 to below 1. */
  double jitter();
}
