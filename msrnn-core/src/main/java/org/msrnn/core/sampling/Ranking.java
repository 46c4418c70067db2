package org.msrnn.core.sampling;

import java.util.Arrays;

/**
 * Tokens in the order of their scores, the highest first and equals by id, as far as anybody asks:
 * a heap, from which a token is taken when its rank is first asked for. Of a vocabulary of n the
 * first m ranks cost O(n + m log n), where sorting costs O(n log n). Whoever asks for many gets all
 * of them sorted, which is faster then.
 */
final class Ranking {
  /**
   * One number a token, lower for a higher score and then a lower id. The first {@code waiting} are
   * a heap with the lowest at 0; behind them lie those that were taken, the first one last.
   */
  private long[] keys = new long[0];

  private int waiting;
  private boolean sorted;

  /** One in so many ranks is taken from the heap before all are sorted. */
  private static final int FEW = 32;

  /** Begins anew. */
  void of(float[] scores) {
    int n = scores.length;
    if (keys.length != n) {
      keys = new long[n];
    }
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToRawIntBits(scores[i] + 0f); // turns -0 into 0
      int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
      keys[i] = (long) ~ascending << 32 | i;
    }
    waiting = n;
    sorted = false;
    for (int i = n / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /** The token at a rank, from 0. */
  int token(int rank) {
    if (!sorted && rank > 0 && rank >= keys.length / FEW) {
      Arrays.sort(keys);
      sorted = true;
    }
    if (sorted) {
      return (int) keys[rank];
    }
    while (keys.length - waiting <= rank) {
      long lowest = keys[0];
      waiting--;
      keys[0] = keys[waiting];
      keys[waiting] = lowest;
      sink(0);
    }
    return (int) keys[keys.length - 1 - rank];
  }

  private void sink(int at) {
    long key = keys[at];
    for (int child = 2 * at + 1; child < waiting; child = 2 * at + 1) {
      if (child + 1 < waiting && keys[child + 1] < keys[child]) {
        child++;
      }
      if (key <= keys[child]) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }
}
