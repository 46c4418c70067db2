package org.msrnn.core;

import java.util.Arrays;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;

/** Budget planners as small as can be. */
public final class TestPlanners {
  private TestPlanners() {}

  /** Budgets as given, by layer and KV head. */
  public record Given(int[][] states) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      return Budgets.of(states);
    }

    @Override
    public String toString() {
      return "given:" + Arrays.deepToString(states);
    }
  }

  /** Budgets of another planner, for which the heads of a layer compete. */
  public record Competing(BudgetPlanner planner, double guaranteed) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      return planner.plan(request);
    }

    @Override
    public boolean adaptive() {
      return planner.adaptive();
    }

    @Override
    public Budgets replan(Request request, double[][] demands) {
      return planner.replan(request, demands);
    }
  }

  /** All states go to the layers so far, by their demands: every later layer takes some away. */
  public record Cascade() implements BudgetPlanner {
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
      if (request.granularity() == Granularity.LAYER) {
        double[] weights = Arrays.stream(demands).mapToDouble(layer -> layer[0]).toArray();
        long total = (long) request.layers() * request.states();
        return Budgets.byLayer(Budgets.share(total, weights, request.least()), request.kvHeads());
      }
      double[] weights = Arrays.stream(demands).flatMapToDouble(Arrays::stream).toArray();
      int[] all = Budgets.share(request.total(), weights, request.least());
      int heads = request.kvHeads();
      int[][] states = new int[demands.length][];
      Arrays.setAll(states, l -> Arrays.copyOfRange(all, l * heads, (l + 1) * heads));
      return Budgets.of(states);
    }
  }
}
