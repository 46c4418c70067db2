package org.msrnn.api.backend;

import org.jspecify.annotations.Nullable;

/**
 * Which slots of a {@link KvBuffer} are in use. Handed to kernels by the core, which changes it
 * between calls.
 */
public interface SlotView {
  /** Position of a slot that is free. */
  long FREE = -1;

  /** All slots in use are below this number. */
  int extent();

  /** Slots in use. Equal to {@link #extent} when no slot below it is free. */
  int used();

  /** Token positions by slot, {@link #FREE} where the slot is free; {@code extent()} are valid. */
  long[] positions();

  /**
   * Positions by slot at which keys are to be rotated when read, or null if stored keys are rotated
   * already. Entries of free slots mean nothing.
   */
  double @Nullable [] rotations();
}
