package org.msrnn.eval.judge;

import java.time.Duration;

/**
 * How long a judge is waited for, and how much of an answer is read.
 *
 * @param connect the longest time to connect
 * @param request the longest time of one try, the body of the answer included
 * @param total the longest time of a request with all its tries and the waits between them
 * @param retries the most tries after the first
 * @param leastWait the wait before the first retry; doubled for each further one
 * @param mostWait the longest such wait
 * @param longestAsked the longest {@code Retry-After} that is honoured
 * @param bodyBytes the most bytes of an answer
 */
public record JudgeLimits(
    Duration connect,
    Duration request,
    Duration total,
    int retries,
    Duration leastWait,
    Duration mostWait,
    Duration longestAsked,
    int bodyBytes) {

  /** What {@code msrnn judge} works with. */
  public static final JudgeLimits STANDARD =
      new JudgeLimits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(120),
          Duration.ofMinutes(10),
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          1 << 20);

  /**
   * The wait before a retry.
   *
   * @param retry 0 for the first
   * @param jitter from 0 to below 1; stretches the wait up to twofold, within the longest
   */
  Duration waitBefore(int retry, double jitter) {
    double millis = (double) leastWait.toMillis() * Math.pow(2, retry) * (1 + jitter);
    return millis < (double) mostWait.toMillis() ? Duration.ofMillis((long) millis) : mostWait;
  }
}
