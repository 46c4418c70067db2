package org.msrnn.policies;

import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code per-layer}: a policy whose layers share the states in given proportions, first layer
 * first, as {@link PerLayerBudgets} says: {@code tova+per-layer:4/2/1}.
 */
public final class PerLayerWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public PerLayerWrapper() {}

  @Override
  public String name() {
    return "per-layer";
  }

  @Override
  public String summary() {
    return "layers share the states in given proportions";
  }

  @Override
  public String paper() {
    return "";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    return new PerLayer(policy, PerLayerBudgets.planner(options));
  }

  private record PerLayer(EvictionPolicy policy, BudgetPlanner budgets) implements WrappedPolicy {}
}
