package com.example.headwise;

import java.util.Arrays;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;

/**
 * {@code every-other-head}: the even KV heads of a layer keep r times as many states as the odd
 * ones. Which heads deserve more is a question for a paper; this shows where its answer goes. The
 * budgets of a layer sum to k a head, exactly.
 *
 * <p>Options: {@code ratio=r} (3 unless given).
 */
public final class EveryOtherHead implements BudgetPlannerProvider {
  static final BudgetPlanner THREE = new Planner(3);

  @Override
  public String name() {
    return "every-other-head";
  }

  @Override
  public String summary() {
    return "even KV heads keep r times as many states as odd ones";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return new Planner(options.number("ratio", 3, 1, 1000));
  }

  private record Planner(double ratio) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      if (request.granularity() == Granularity.LAYER) {
        throw new InvalidOptionException(
            "budgets", this + " for heads that share a set", "a policy of granularity kv-head");
      }
      double[] weights = new double[request.kvHeads()];
      Arrays.setAll(weights, h -> h % 2 == 0 ? ratio : 1);
      long states = Math.multiplyExact((long) request.states(), request.kvHeads());
      int[] heads = Budgets.share(states, weights, request.least());
      int[][] layers = new int[request.layers()][];
      Arrays.fill(layers, heads);
      return Budgets.of(layers);
    }

    @Override
    public String toString() {
      return "every-other-head:ratio=" + ratio;
    }
  }
}
