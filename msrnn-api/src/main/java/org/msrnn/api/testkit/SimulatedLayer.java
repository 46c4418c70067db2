package org.msrnn.api.testkit;

import org.msrnn.api.backend.Rope;

/**
 * The layer that a {@link PolicySimulation} stands in for.
 *
 * @param layer its number
 * @param kvHeads KV heads
 * @param group query heads that read one KV head
 * @param headSize numbers in a key or value
 * @param budget k, states that a set keeps after a decision
 * @param seed decides keys, values and random numbers
 */
public record SimulatedLayer(
    int layer, int kvHeads, int group, int headSize, int budget, long seed) {

  /** Refuses sizes below 1. */
  public SimulatedLayer {
    if (layer < 0 || kvHeads < 1 || group < 1 || headSize < 1 || budget < 1) {
      throw new IllegalArgumentException(
          "a layer has a number from 0 and sizes from 1, found layer "
              + layer
              + " with "
              + kvHeads
              + " x "
              + group
              + " heads of size "
              + headSize
              + " and a budget of "
              + budget);
    }
  }

  /** How queries and keys are rotated: all pairs of a head, with a base of 10,000. */
  public Rope rope() {
    return Rope.of(headSize / 2 * 2, 10_000);
  }

  /** Layer 0 with heads of one size, keeping {@code budget} states. */
  public static SimulatedLayer of(int kvHeads, int group, int budget) {
    return new SimulatedLayer(0, kvHeads, group, 4, budget, 0);
  }
}
