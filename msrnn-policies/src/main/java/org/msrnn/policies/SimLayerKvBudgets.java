package org.msrnn.policies;

import java.util.Arrays;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/**
 * {@code sim-layer-kv}: at the end of a prompt a layer that demands {@code threshold} or more, on
 * the mean of its heads, is lazy and gets {@code sinks + recent} states, at most k; the others
 * share the rest of {@code k * L} equally, to the state (arXiv 2410.13846). Layer after layer, the
 * layers so far share, so that a budget only shrinks while further layers come in. If all layers
 * are lazy, some of the k states a layer stay unused.
 */
public final class SimLayerKvBudgets implements BudgetPlannerProvider {
  /** For the service loader. */
  public SimLayerKvBudgets() {}

  @Override
  public String name() {
    return "sim-layer-kv";
  }

  @Override
  public String summary() {
    return "at the end of a prompt lazy layers get sinks and recent states, the others share the"
        + " rest";
  }

  @Override
  public String paper() {
    return "arXiv 2410.13846";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return planner(options);
  }

  static Lazy planner(Options options) {
    return new Lazy(
        options.integer("sinks", 4, 0, 1_000_000_000),
        options.integer("recent", 1024, 1, 1_000_000_000),
        options.number("threshold", 0.9, 0, 1));
  }

  record Lazy(int sinks, int recent, double threshold) implements BudgetPlanner {
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
      int few = Math.max(request.least(), Math.min(sinks + recent, request.states()));
      int[] budgets = new int[demands.length];
      Arrays.setAll(budgets, l -> lazy(demands[l]) ? few : 0);
      long rest =
          (long) request.states() * request.layers() - Arrays.stream(budgets).asLongStream().sum();
      int others = (int) Arrays.stream(budgets).filter(budget -> budget == 0).count();
      for (int l = 0; l < budgets.length; l++) {
        if (budgets[l] == 0) {
          budgets[l] = (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(rest, others));
          rest -= budgets[l];
          others--;
        }
      }
      return Budgets.byLayer(budgets, request.kvHeads());
    }

    private boolean lazy(double[] demands) {
      return Arrays.stream(demands).average().orElse(0) >= threshold;
    }

    @Override
    public String toString() {
      return "sim-layer-kv:sinks=" + sinks + ",recent=" + recent + ",threshold=" + threshold;
    }
  }
}
