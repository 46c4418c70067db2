package org.msrnn.policies;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/**
 * {@code per-layer}: layers share the states in given proportions, first layer first: {@code
 * per-layer:4/2/1}. With k states and L layers they are parts of {@code k * L}, to the state
 * (largest remainder); no layer gets fewer than the policy can work with.
 */
public final class PerLayerBudgets implements BudgetPlannerProvider {
  private static final int MOST_LAYERS = 10_000;
  private static final String ALLOWED = "numbers above 0 with / between them, one a layer";

  /** For the service loader. */
  public PerLayerBudgets() {}

  @Override
  public String name() {
    return "per-layer";
  }

  @Override
  public String summary() {
    return "layers share the states in given proportions";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return planner(options);
  }

  static BudgetPlanner planner(Options options) {
    String text = options.text("per-layer", "1", ALLOWED);
    String[] parts = text.split("/", MOST_LAYERS + 1);
    List<Double> shares = new ArrayList<>();
    for (String part : parts) {
      shares.add(share(part, text, options));
    }
    return new Shares(List.copyOf(shares));
  }

  private static double share(String part, String text, Options options) {
    try {
      double share = Double.parseDouble(part);
      if (share > 0 && share < Double.POSITIVE_INFINITY) {
        return share;
      }
    } catch (NumberFormatException e) {
      // refused below, with the same sentence as a number that is no share
    }
    throw options.refusal("per-layer", "'" + text + "'", ALLOWED);
  }

  private record Shares(List<Double> shares) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      if (shares.size() != request.layers()) {
        throw new InvalidOptionException(
            "per-layer",
            shares.size() + " shares",
            request.layers() + " with / between them, one for each layer of the model");
      }
      double[] weights = shares.stream().mapToDouble(Double::doubleValue).toArray();
      long total = (long) request.states() * request.layers();
      return Budgets.byLayer(Budgets.share(total, weights, request.least()), request.kvHeads());
    }

    @Override
    public String toString() {
      return "per-layer:" + String.join("/", shares.stream().map(String::valueOf).toList());
    }
  }
}
