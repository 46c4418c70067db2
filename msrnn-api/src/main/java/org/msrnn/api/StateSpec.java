package org.msrnn.api;

import java.util.Objects;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.PositionScheme;

/**
 * What a multi-state is to be: everything that, with the model and the tokens, decides which states
 * are kept and what the logits are.
 *
 * @param policy which state leaves
 * @param states k, the most single states that a layer keeps after a step; at least 1
 * @param regime how prompts are fed
 * @param positions at which positions keys and queries are rotated
 * @param budgets how k is spread over layers and KV heads
 * @param storage the number format of the stored keys and values
 * @param seed seed of policies that draw random numbers
 */
public record StateSpec(
    EvictionPolicy policy,
    int states,
    Regime regime,
    PositionScheme positions,
    BudgetPlanner budgets,
    KvType storage,
    long seed) {

  /** Checks what can be checked without a model. */
  public StateSpec {
    Objects.requireNonNull(policy);
    Objects.requireNonNull(regime);
    Objects.requireNonNull(positions);
    Objects.requireNonNull(budgets);
    Objects.requireNonNull(storage);
    if (states < 1) {
      throw new InvalidOptionException("state", Integer.toString(states), "1 or more states");
    }
  }

  /**
   * The usual setting: stepwise, float32 storage, and the position scheme and budgets that belong
   * to the policy, which for most are original positions and k states for every layer.
   */
  public static StateSpec of(EvictionPolicy policy, int states) {
    return new StateSpec(
        policy, states, Regime.STEPWISE, policy.positions(), policy.budgets(), KvType.F32, 0);
  }

  /** This specification with another regime. */
  public StateSpec with(Regime other) {
    return new StateSpec(policy, states, other, positions, budgets, storage, seed);
  }

  /** This specification with another position scheme. */
  public StateSpec with(PositionScheme other) {
    return new StateSpec(policy, states, regime, other, budgets, storage, seed);
  }

  /** This specification with another budget planner. */
  public StateSpec with(BudgetPlanner other) {
    return new StateSpec(policy, states, regime, positions, other, storage, seed);
  }

  /** This specification with another storage type. */
  public StateSpec with(KvType other) {
    return new StateSpec(policy, states, regime, positions, budgets, other, seed);
  }

  /** This specification with another seed. */
  public StateSpec withSeed(long other) {
    return new StateSpec(policy, states, regime, positions, budgets, storage, other);
  }
}
