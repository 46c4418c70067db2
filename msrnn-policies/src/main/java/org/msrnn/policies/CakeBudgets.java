package org.msrnn.policies;

import java.util.Arrays;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/**
 * {@code cake}: at the end of a prompt the layers so far share all states by their preferences,
 * layer after layer, so that a layer's budget only shrinks while further layers come in (arXiv
 * 2503.12491, algorithm 1). Of {@code k * L} states each layer has the fewest that the policy can
 * work with, its window; the rest is shared among the layers so far.
 *
 * <p>The shares are Webster's (each next state goes to the largest {@code preference / (2 * states
 * + 1)}): their sum is exact, and no share grows when a further layer comes in, which shares by
 * largest remainder may.
 */
public final class CakeBudgets implements BudgetPlannerProvider {
  static final BudgetPlanner CAKE = new Cake();

  /** For the service loader. */
  public CakeBudgets() {}

  @Override
  public String name() {
    return "cake";
  }

  @Override
  public String summary() {
    return "at the end of a prompt layers share all states by preference, layer after layer";
  }

  @Override
  public String paper() {
    return "arXiv 2503.12491, algorithm 1";
  }

  @Override
  public BudgetPlanner create(Options options) {
    return CAKE;
  }

  private record Cake() implements BudgetPlanner {
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
      long pool = (long) (request.states() - request.least()) * request.layers();
      long[] shares = shares(pool, preferences(demands));
      int[] budgets = new int[demands.length];
      Arrays.setAll(budgets, l -> (int) Math.min(Integer.MAX_VALUE, request.least() + shares[l]));
      return Budgets.byLayer(budgets, request.kvHeads());
    }

    /** A preference a layer, the largest 1; all 1 where no layer has any. */
    private static double[] preferences(double[][] demands) {
      double[] sums = Arrays.stream(demands).mapToDouble(d -> Arrays.stream(d).sum()).toArray();
      double most = Arrays.stream(sums).max().orElse(0);
      return Arrays.stream(sums).map(sum -> most > 0 ? sum / most : 1).toArray();
    }

    /** Most states by rounding with a divisor that hands out too few, the others one by one. */
    private static long[] shares(long pool, double[] preferences) {
      double sum = Arrays.stream(preferences).sum();
      double divisor = sum / Math.max(0, pool - preferences.length / 2.0 - 1);
      long[] shares = new long[preferences.length];
      Arrays.setAll(shares, l -> Math.round(preferences[l] / divisor));
      for (long left = pool - Arrays.stream(shares).sum(); left > 0; left--) {
        int most = 0;
        for (int l = 1; l < shares.length; l++) {
          if (preferences[l] * (2 * shares[most] + 1) > preferences[most] * (2 * shares[l] + 1)) {
            most = l;
          }
        }
        shares[most]++;
      }
      return shares;
    }

    @Override
    public String toString() {
      return "cake";
    }
  }
}
