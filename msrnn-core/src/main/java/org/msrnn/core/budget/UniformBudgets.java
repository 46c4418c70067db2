package org.msrnn.core.budget;

import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Options;

/** {@code uniform}: every layer and every head keeps k states. */
public final class UniformBudgets implements BudgetPlannerProvider {
  /** For the service loader. */
  public UniformBudgets() {}

  @Override
  public String name() {
    return "uniform";
  }

  @Override
  public String summary() {
    return "every layer and every KV head keeps k states";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return BudgetPlanner.UNIFORM;
  }
}
