package org.msrnn.eval.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Waits that are over at once, and are remembered. Time goes on by them and by itself. */
final class TestTime implements JudgeTime {
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  final List<Duration> waits = new ArrayList<>();
  private final double jitter;
  private Duration slept = Duration.ZERO;

  TestTime(double jitter) {
    this.jitter = jitter;
  }

  @Override
  public Instant now() {
    return START.plus(slept);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime() + slept.toNanos();
  }

  @Override
  public void sleep(Duration duration) {
    waits.add(duration);
    slept = slept.plus(duration);
  }

  @Override
  public double jitter() {
    return jitter;
  }
}
