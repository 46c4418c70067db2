package org.msrnn.core.state;

import java.util.Arrays;
import org.msrnn.api.policy.EvictionPolicy;

/**
 * Chooses which entries leave the sets of heads that compete: the lowest scores of all heads, as
 * long as the head has entries to spare; of equal scores the oldest, of equally old ones the lowest
 * head's. A heap for each head: little work for few victims.
 */
final class SharedSelection {
  private final Head[] heads;
  private final EvictionPolicy policy;

  /**
   * Nothing chosen.
   *
   * @param policy whose scores they are, for messages
   */
  SharedSelection(int heads, EvictionPolicy policy) {
    this.heads = new Head[heads];
    this.policy = policy;
    Arrays.setAll(this.heads, h -> new Head());
  }

  Head head(int head) {
    return heads[head];
  }

  /**
   * Chooses victims among all that was offered.
   *
   * @param count how many; no more than the heads can spare
   */
  void take(long count) {
    for (long i = 0; i < count; i++) {
      Head lowest = heads[0];
      for (Head head : heads) {
        if (head.precedes(lowest)) {
          lowest = head;
        }
      }
      lowest.pop();
    }
    for (Head head : heads) {
      Arrays.sort(head.victims, 0, head.taken);
    }
  }

  /** The entries of one head that may leave, the next one first, and those that do. */
  final class Head {
    private double[] scores = new double[0];
    private long[] positions = new long[0];
    private int[] heap = new int[0];
    private int size;
    private int spare;
    private int[] victims = new int[0];
    private int taken;

    /**
     * Offers the entries of a head.
     *
     * @param scores scores by entry
     * @param positions positions by entry, ascending
     * @param from the first entry that may leave
     * @param to after the last entry that may leave
     * @param spare how many may leave
     * @throws org.msrnn.api.PolicyException if a score that counts is not finite
     */
    void offer(double[] scores, long[] positions, int from, int to, int spare) {
      Selection.demandFinite(scores, from, to, policy);
      this.scores = scores;
      this.positions = positions;
      this.size = Math.max(0, to - from);
      this.spare = Math.min(size, spare);
      this.taken = 0;
      if (heap.length < size) {
        heap = new int[Math.max(size, 2 * heap.length)];
        victims = new int[heap.length];
      }
      for (int i = 0; i < size; i++) {
        heap[i] = from + i;
      }
      for (int i = size / 2 - 1; i >= 0; i--) {
        sink(i);
      }
    }

    /** Entries that leave, ascending; {@link #taken} of them. */
    int[] victims() {
      return victims;
    }

    int taken() {
      return taken;
    }

    private boolean precedes(Head other) {
      if (taken >= spare || other.taken >= other.spare) {
        return taken < spare;
      }
      double mine = scores[heap[0]];
      double others = other.scores[other.heap[0]];
      return mine < others
          || (mine == others && positions[heap[0]] < other.positions[other.heap[0]]);
    }

    private void pop() {
      victims[taken++] = heap[0];
      heap[0] = heap[--size];
      sink(0);
    }

    private void sink(int at) {
      int entry = heap[at];
      int hole = at;
      for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
        if (child + 1 < size && isLower(heap[child + 1], heap[child])) {
          child++;
        }
        if (!isLower(heap[child], entry)) {
          break;
        }
        heap[hole] = heap[child];
        hole = child;
      }
      heap[hole] = entry;
    }

    private boolean isLower(int entry, int other) {
      return scores[entry] < scores[other] || (scores[entry] == scores[other] && entry < other);
    }
  }
}
