package org.msrnn.eval.task;

import org.jspecify.annotations.Nullable;

/**
 * What a multi-state is to be, as users write it.
 *
 * @param policy the policy
 * @param state a count, or a fraction of the model's context; null where none was given
 * @param regime how prompts are fed
 * @param positions the position scheme; null for the one that belongs to the policy
 * @param budgets the budget planner; null for the one that belongs to the policy
 * @param storage number format of stored keys and values
 * @param seed seed of policies
 */
public record SpecText(
    String policy,
    @Nullable String state,
    String regime,
    @Nullable String positions,
    @Nullable String budgets,
    String storage,
    long seed) {

  /** The same with another policy and state. */
  public SpecText with(String otherPolicy, @Nullable String otherState) {
    return new SpecText(otherPolicy, otherState, regime, positions, budgets, storage, seed);
  }

  /** The same with another position scheme. */
  public SpecText withPositions(String other) {
    return new SpecText(policy, state, regime, other, budgets, storage, seed);
  }

  /** The same with another number format of keys and values. */
  public SpecText withStorage(String other) {
    return new SpecText(policy, state, regime, positions, budgets, other, seed);
  }
}
