package org.msrnn.core.state;

import java.util.Arrays;
import org.msrnn.api.PolicyException;

/**
 * Chooses which entries leave: the lowest scores outside the pins; of equal scores the oldest,
 * which is the lowest entry, since entries are in position order.
 */
final class Selection {
  private double[] sorted = new double[0];

  /**
   * Marks victims.
   *
   * @param scores scores by entry
   * @param from the first entry that may leave: those before are pinned
   * @param to after the last entry that may leave
   * @param count how many leave; at most {@code to - from}
   * @param victims filled with the entries that leave, ascending
   * @param what whose scores they are, for the message
   * @throws PolicyException if a score that counts is not finite
   */
  void lowest(double[] scores, int from, int to, int count, int[] victims, Object what) {
    demandFinite(scores, from, to, what);
    if (count == 1) {
      victims[0] = lowest(scores, from, to);
    } else {
      severalLowest(scores, from, to, count, victims);
    }
  }

  /** Refuses scores of some entries that are not finite. */
  static void demandFinite(double[] scores, int from, int to, Object what) {
    for (int e = from; e < to; e++) {
      if (!Double.isFinite(scores[e])) {
        throw new PolicyException(
            "policy "
                + what
                + " gave entry "
                + e
                + " the score "
                + scores[e]
                + "; scores are finite numbers");
      }
    }
  }

  private static int lowest(double[] scores, int from, int to) {
    int lowest = from;
    for (int e = from + 1; e < to; e++) {
      if (scores[e] < scores[lowest]) {
        lowest = e;
      }
    }
    return lowest;
  }

  /** All below the count-th lowest score leave, and of those equal to it the oldest that fit. */
  private void severalLowest(double[] scores, int from, int to, int count, int[] victims) {
    if (sorted.length < to - from) {
      sorted = new double[Math.max(to - from, 2 * sorted.length)];
    }
    System.arraycopy(scores, from, sorted, 0, to - from);
    for (int i = 0; i < to - from; i++) {
      sorted[i] += 0.0; // -0.0 and 0.0 are the same score, though not the same to a sort
    }
    Arrays.sort(sorted, 0, to - from);
    double bound = sorted[count - 1];
    int below = 0;
    while (sorted[below] < bound) {
      below++;
    }
    int equals = count - below;
    int found = 0;
    for (int e = from; found < count; e++) {
      if (scores[e] < bound || (scores[e] == bound && equals-- > 0)) {
        victims[found++] = e;
      }
    }
  }
}
