package org.msrnn.api.policy;

/**
 * A policy's score in a small closed vocabulary that a device runs next to the attention, without a
 * round trip. Pins, the tie rule and the selection of the lowest are the core's and not part of it.
 */
public sealed interface ScoreProgram {
  /** Score is the observed row of the newest query (TOVA). */
  record LastRow() implements ScoreProgram {}

  /**
   * Column 0 becomes {@code decay * column + row^power} at every query and is the score (H2O with
   * decay 1 and power 1, the KV-Compress metric with power 2).
   *
   * @param decay from 0 (exclusive) to 1
   * @param power 1 or 2
   */
  record Accumulate(double decay, int power) implements ScoreProgram {}

  /** Score is the position, so that the oldest leaves (window family). */
  record Position() implements ScoreProgram {}

  /** Score is minus the Euclidean norm of the key, averaged over the set's KV heads (Knorm). */
  record KeyNorm() implements ScoreProgram {}
}
