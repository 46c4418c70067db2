package org.msrnn.api.backend;

/**
 * What {@link ProgramSlots} know, as it goes between device and host. Arrays are as long as the
 * store has slots, and valid for slots below {@link #extent}.
 */
public final class SlotTable {
  /** Positions by slot, {@link SlotView#FREE} where a slot is free. */
  public final long[] positions;

  /** Token ids by slot. */
  public final int[] tokens;

  /**
   * The program's number by slot: the row of {@link org.msrnn.api.policy.ScoreProgram.LastRow}, the
   * sum of {@link org.msrnn.api.policy.ScoreProgram.Accumulate}, the mean norm of {@link
   * org.msrnn.api.policy.ScoreProgram.KeyNorm}; nothing for {@link
   * org.msrnn.api.policy.ScoreProgram.Position}.
   */
  public final double[] numbers;

  /** Slots below the extent that are free; the last one is taken first. */
  public final int[] free;

  /** How many are free. */
  public int freeCount;

  /** All slots in use are below this number. */
  public int extent;

  /** Room for so many slots. */
  public SlotTable(int capacity) {
    positions = new long[capacity];
    tokens = new int[capacity];
    numbers = new double[capacity];
    free = new int[capacity];
  }
}
