package org.msrnn.api.backend;

import org.msrnn.api.policy.Pins;

/**
 * The slots of one {@link KvBuffer} when the device itself chooses which states leave, by a {@link
 * org.msrnn.api.policy.ScoreProgram}. What the core otherwise does on the host for every step is
 * done next to the attention, in the order of the calls, and nothing is waited for: only {@link
 * #read} does.
 *
 * <p>How many states there are follows from the calls alone, and so the core counts them without
 * asking; which ones, only the device knows.
 */
public interface ProgramSlots extends AutoCloseable {
  /**
   * Takes slots for tokens, and stores their keys and values there. The free slot that {@link
   * SlotTable#free} names last is taken first; when none is free, the one at the extent.
   *
   * @param k keys, {@code [.., KV heads of the layer * head size]}
   * @param v values, the shape of {@code k}
   * @param row the first token's row
   * @param rows number of tokens, 1 or more; the store has room for them
   * @param firstKvHead the layer's KV head that goes to head 0 of the store
   * @param tokens ids of the tokens, that of row {@code row + i} at index {@code row + i}
   * @param position the first token's position, larger than those of all states held
   */
  void append(Buffer k, Buffer v, int row, int rows, int firstKvHead, int[] tokens, long position);

  /**
   * Lets the program see what a query paid attention to. Not called for programs that see keys and
   * positions alone.
   *
   * @param tap attention by slot
   * @param row the row of {@code tap}
   */
  void observe(Buffer tap, int row);

  /**
   * Frees the slots of the states with the lowest scores; of equal ones the oldest leave, and what
   * is not a number is lower than all: the sequence is lost then, and its logits say so. They are
   * added to {@link SlotTable#free} from the newest to the oldest.
   *
   * @param count how many leave, 1 or more, no more than are not pinned
   * @param pins states that stay whatever their score: those at positions before {@code first}, and
   *     the newest {@code last}
   */
  void evict(int count, Pins pins);

  /** Waits, then copies what the device knows of the slots. */
  void read(SlotTable into);

  /**
   * Replaces what the device knows of the slots. Keys and values are in the store already. A number
   * of {@link org.msrnn.api.policy.ScoreProgram.KeyNorm} that is 0 is not known, and computed.
   */
  void write(SlotTable from);

  /** Gives the memory back; the store stays. */
  @Override
  void close();
}
