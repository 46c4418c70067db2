package org.msrnn.api.policy;

import java.util.Optional;

/**
 * Decides which states leave a bounded key/value set, by scoring them: the lowest score leaves, and
 * of equal scores the oldest position.
 *
 * <p>Immutable and thread-safe: one instance serves all sequences, layers and heads, at the same
 * time. What must be remembered between steps goes into {@linkplain KvSet#column columns}, which
 * the core keeps, copies and saves with the multi-state. A policy never sees slots: the entries of
 * a {@link KvSet} are in the order of their positions, 0 the oldest.
 *
 * <p>Its {@code toString} names it with all its options (a record's does), since saved states and
 * results are known by it.
 */
public interface EvictionPolicy {
  /** What the policy must see. Nothing that is not declared here is computed or handed over. */
  Signals observes();

  /**
   * Scores the entries of a set that holds more states than it may keep. Called only then; where
   * the heads of a layer {@linkplain BudgetPlanner#guaranteed compete}, for each set of a layer
   * that together hold more than they may keep.
   *
   * @param set the set
   * @param scores {@code [size]} or longer, filled by the policy for entries 0 to size - 1; finite
   */
  void score(KvSet set, double[] scores);

  /**
   * Sees the attention of one query, before any state leaves. Called for every query that {@link
   * #observes} asks for, in order, never if it asks for nothing.
   *
   * @param set the set, the newest state included
   * @param row what the query paid attention to; valid during the call only
   */
  default void observe(KvSet set, AttentionRow row) {}

  /** Whether the heads of a layer share one set, or each KV head has its own. */
  default Granularity granularity() {
    return Granularity.LAYER;
  }

  /**
   * Numbers per entry that the core keeps for the policy. Zero when a state is appended. Memory: 8
   * bytes each, a set and a state.
   */
  default int columns(SetShape shape) {
    return 0;
  }

  /**
   * Numbers per set, whatever its size, that the core keeps for the policy: running means, a class
   * once it is chosen. Zero when a sequence starts. Memory: 8 bytes each, a set.
   */
  default int memory(SetShape shape) {
    return 0;
  }

  /**
   * Entries that the core never drops, whatever their score.
   *
   * @param states the set's budget, at least 1
   */
  default Pins pins(int states) {
    return Pins.NONE;
  }

  /** When states leave. */
  default Trigger trigger() {
    return Trigger.EVERY_STEP;
  }

  /**
   * Whether the victim is always the oldest entry that is not pinned, so that the kept set follows
   * from positions alone and a known text needs one banded attention pass instead of a walk.
   */
  default boolean positional() {
    return false;
  }

  /** The planner that belongs to the method; users may put another in its place. */
  default BudgetPlanner budgets() {
    return BudgetPlanner.UNIFORM;
  }

  /**
   * What the set asks for, in units of the {@linkplain #budgets planner} that the method comes
   * with: a preference, a number of states. Called at the end of a prompt, after {@link #observe}
   * and before states leave, for planners that are {@linkplain BudgetPlanner#adaptive adaptive}.
   *
   * @return a finite number, 0 or more
   */
  default double demand(KvSet set) {
    return 1;
  }

  /** The position scheme that belongs to the method; users may put another in its place. */
  default PositionScheme positions() {
    return PositionScheme.ORIGINAL;
  }

  /**
   * The same score in the closed vocabulary that a device can run without asking the host. The Java
   * score stays the truth; {@code PolicyContract} compares the two.
   */
  default Optional<ScoreProgram> program() {
    return Optional.empty();
  }
}
