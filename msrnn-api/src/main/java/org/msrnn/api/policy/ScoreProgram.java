package org.msrnn.api.policy;

/**
 * A policy's score in a small closed vocabulary that a device runs next to the attention, without a
 * round trip. Pins, the tie rule and the selection of the lowest are not part of it: they are the
 * same for all policies.
 *
 * <p>What a device computed becomes column 0 of the policy when the state is read back, saved or
 * forked, if the policy has a column: {@code observe} keeps the same number there.
 */
public sealed interface ScoreProgram {
  /** Column 0 becomes the observed row of the newest query and is the score (TOVA). */
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

  /**
   * Column 0 is the Euclidean norm of the key, averaged over the set's KV heads; the score is minus
   * that (Knorm).
   */
  record KeyNorm() implements ScoreProgram {}
}
