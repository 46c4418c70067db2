package org.msrnn.benchmarks;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.SlotView;

/**
 * Slots that are all in use.
 *
 * @param extent how many
 */
record FullSlots(int extent, long[] positions, double @Nullable [] rotations) implements SlotView {
  @Override
  public int used() {
    return extent;
  }
}
