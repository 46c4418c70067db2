package org.msrnn.policies;

import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/**
 * {@code pyramid}: budgets that fall from the first layer to the last along a line. Of the mean
 * budget k, a layer has p = {@code least - 1} states for pins anyhow; the k - p others are {@code
 * (k - p) / beta}, at least 1, in the last layer and {@code 2 (k - p)} less that in the first. The
 * budgets of all layers add up to k each, by largest remainders.
 *
 * <p>Option: {@code beta}, 20 unless given; 1 is uniform.
 */
public final class PyramidBudgets implements BudgetPlannerProvider {
  /** For the service loader. */
  public PyramidBudgets() {}

  @Override
  public String name() {
    return "pyramid";
  }

  @Override
  public String summary() {
    return "layers have fewer states along a line, from the first to the last";
  }

  @Override
  public String paper() {
    return "PyramidKV, arXiv 2406.02069, section 4.2";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return of(options);
  }

  static BudgetPlanner of(Options options) {
    return new Pyramid(options.number("beta", 20, 1, 1e6));
  }

  private record Pyramid(double beta) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      int layers = request.layers();
      int pinned = Math.min(request.least(), request.states()) - 1;
      int mean = request.states() - pinned;
      double last = Math.max(1, mean / beta);
      double first = 2.0 * mean - last;
      double[] line = new double[layers];
      for (int l = 0; l < layers; l++) {
        line[l] = layers == 1 ? mean : first - l * (first - last) / (layers - 1);
      }
      int[] budgets = Budgets.share((long) mean * layers, line, 1);
      for (int l = 0; l < layers; l++) {
        budgets[l] += pinned;
      }
      return Budgets.byLayer(budgets, request.kvHeads());
    }

    @Override
    public String toString() {
      return "pyramid:beta=" + beta;
    }
  }
}
