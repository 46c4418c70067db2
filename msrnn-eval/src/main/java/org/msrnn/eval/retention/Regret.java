package org.msrnn.eval.retention;

/**
 * Where a policy stands between the best that hindsight allows and random choice, of a figure of
 * which less is better.
 *
 * @param policy the policy's figure
 * @param clairvoyant that of {@link Clairvoyant}
 * @param random that of random choice
 */
public record Regret(double policy, double clairvoyant, double random) {
  /**
   * 0 for clairvoyant and 1 for random; less than 0 or more than 1 outside; NaN where the two do
   * not differ.
   */
  public double value() {
    return random == clairvoyant ? Double.NaN : (policy - clairvoyant) / (random - clairvoyant);
  }
}
