package org.msrnn.api.policy;

import java.util.Arrays;

/** States that each layer, or each KV head of each layer, may keep. Immutable. */
public final class Budgets {
  private final int[][] states;

  private Budgets(int[][] states) {
    this.states = states;
  }

  /** The same budget everywhere. */
  public static Budgets uniform(int layers, int kvHeads, int states) {
    int[][] all = new int[layers][kvHeads];
    for (int[] layer : all) {
      Arrays.fill(layer, states);
    }
    return of(all);
  }

  /**
   * Budgets by layer and KV head.
   *
   * @param states {@code [layers][kvHeads]}, each 1 or more; with granularity {@code layer} all
   *     heads of a layer have the same
   */
  public static Budgets of(int[][] states) {
    int[][] copy = new int[states.length][];
    for (int l = 0; l < states.length; l++) {
      copy[l] = states[l].clone();
      for (int budget : copy[l]) {
        if (budget < 1) {
          throw new IllegalArgumentException("layer " + l + " has a budget of " + budget);
        }
      }
    }
    return new Budgets(copy);
  }

  /** The most states that a KV head of a layer may keep. */
  public int states(int layer, int kvHead) {
    return states[layer][kvHead];
  }

  /** Number of layers. */
  public int layers() {
    return states.length;
  }
}
