package org.msrnn.policies;

import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/**
 * {@code fastgen}: at the end of a prompt each KV head gets the states that it demands, at most k
 * and no fewer than the policy can work with (arXiv 2310.01801). What is not demanded is freed, and
 * no other head gets it.
 */
public final class FastGenBudgets implements BudgetPlannerProvider {
  static final BudgetPlanner FAST_GEN = new FastGen();

  /** For the service loader. */
  public FastGenBudgets() {}

  @Override
  public String name() {
    return "fastgen";
  }

  @Override
  public String summary() {
    return "at the end of a prompt each KV head gets what it demands; the rest is freed";
  }

  @Override
  public String paper() {
    return "arXiv 2310.01801";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return FAST_GEN;
  }

  private record FastGen() implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      return UNIFORM.plan(request);
    }

    @Override
    public boolean adaptive() {
      return true;
    }

    @Override
    public Budgets replan(Request request, double[][] demands) {
      int[][] budgets = new int[demands.length][request.kvHeads()];
      for (int l = 0; l < budgets.length; l++) {
        for (int h = 0; h < request.kvHeads(); h++) {
          double wanted = Math.clamp(demands[l][h], request.least(), (double) request.states());
          budgets[l][h] = (int) Math.ceil(wanted);
        }
      }
      return Budgets.of(budgets);
    }

    @Override
    public String toString() {
      return "fastgen";
    }
  }
}
