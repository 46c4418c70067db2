package org.msrnn.policies;

import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/**
 * {@code ada}: the KV heads of a layer compete for its states. Of the scores of all heads the
 * lowest leave, but a head keeps its best {@code floor(g * budget)}, whatever the others' are.
 *
 * <p>Paper: Ada-KV, arXiv 2407.11550, algorithm 1 with the safeguard of section 4.1. Option {@code
 * ada}: g, 0.2 as in the paper; 1 is a budget for each head by itself.
 */
public final class AdaBudgets implements BudgetPlannerProvider {
  /** For the service loader. */
  public AdaBudgets() {}

  @Override
  public String name() {
    return "ada";
  }

  @Override
  public String summary() {
    return "the KV heads of a layer compete for its states, each with a guaranteed share";
  }

  @Override
  public String paper() {
    return "arXiv 2407.11550, algorithm 1";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return new Ada(BudgetPlanner.UNIFORM, guaranteed(options));
  }

  static double guaranteed(Options options) {
    return options.number("ada", 0.2, 0, 1);
  }

  /**
   * Budgets of another planner, inside whose layers heads compete.
   *
   * @param budgets the other planner
   */
  record Ada(BudgetPlanner budgets, double guaranteed) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      return budgets.plan(request);
    }

    @Override
    public boolean adaptive() {
      return budgets.adaptive();
    }

    @Override
    public Budgets replan(Request request, double[][] demands) {
      return budgets.replan(request, demands);
    }

    @Override
    public String toString() {
      String inner = budgets.equals(BudgetPlanner.UNIFORM) ? "" : " over " + budgets;
      return "ada:" + guaranteed + inner;
    }
  }
}
