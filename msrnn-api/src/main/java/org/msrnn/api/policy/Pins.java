package org.msrnn.api.policy;

/**
 * Entries that a policy never drops; a sliding window of the model still passes them. A mask
 * applied by the core; {@code first + last} must be smaller than the state size.
 *
 * @param first the first tokens of a sequence, whose states stay (attention sinks)
 * @param last the newest entries that stay (a recency window)
 */
public record Pins(int first, int last) {
  /** Nothing is pinned. */
  public static final Pins NONE = new Pins(0, 0);

  /** Refuses negative counts. */
  public Pins {
    if (first < 0 || last < 0) {
      throw new IllegalArgumentException("pins are counts, found " + first + " and " + last);
    }
  }
}
