package org.msrnn.eval.task;

import org.msrnn.api.MultiState;

/**
 * How large multi-states became.
 *
 * @param peakStates the most single states that any layer or KV head held after a step
 * @param bytes bytes of keys and values of the kept states, of the largest multi-state
 * @param reserved bytes set aside for keys and values, free slots included, likewise
 * @param evictions single states evicted, of all multi-states
 */
public record StateFigures(long peakStates, long bytes, long reserved, long evictions) {
  /** No multi-state at all. */
  public static final StateFigures NONE = new StateFigures(0, 0, 0, 0);

  /** The figures of a multi-state, now. */
  public static StateFigures of(MultiState state) {
    return new StateFigures(
        state.peakStates(), state.bytes(), state.reservedBytes(), state.evictions());
  }

  /** The larger of both, and the evictions of both. */
  public StateFigures with(StateFigures other) {
    return new StateFigures(
        Math.max(peakStates, other.peakStates),
        Math.max(bytes, other.bytes),
        Math.max(reserved, other.reserved),
        Math.addExact(evictions, other.evictions));
  }
}
