package org.msrnn.policies;

import java.util.Arrays;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code cake}: outside the newest w states, the one leaves whose attention from the last w queries
 * is low and steady: {@code mean_i a[i][j] + gamma * var_i a[i][j]}, averaged over five neighbours
 * in the order of positions. The variance is the unbiased one.
 *
 * <p>Comes with the planner {@link CakeBudgets cake}: a layer prefers {@code H^(1/tau1) *
 * V^(1/tau2)}, with {@code H = -sum a ln a} over the last w queries and the states outside the
 * window, and V the sum of their variances.
 *
 * <p>Options: {@code window=w}, {@code gamma}, {@code tau1}, {@code tau2}, {@code
 * granularity=layer} for one kept set a layer.
 *
 * <p>The last w rows stand in columns, slot {@code position of the query mod w}; one more column
 * holds the indicator before it is averaged.
 */
public final class CakePolicy implements EvictionPolicyProvider {
  private static final int REACH = 2; // five neighbours
  private static final double TINY = 1e-10; // in the authors' logarithm

  /** For the service loader. */
  public CakePolicy() {}

  @Override
  public String name() {
    return "cake";
  }

  @Override
  public String summary() {
    return "low and steady attention from the last w queries leaves; layers share by preference";
  }

  @Override
  public String paper() {
    return "arXiv 2503.12491";
  }

  @Override
  public String differences() {
    return "The variance and the entropy are those of the mean row of a group of query heads, the"
        + " authors take them of each query head and average the variance and add the"
        + " entropy; a layer's preference is the sum over its KV heads. tau1 and tau2 are 1,"
        + " as in the authors' code for models it does not list. A layer may be given more"
        + " states than the prompt has, which the authors hand to other layers. While tokens"
        + " are generated the window slides on by the same score, where the authors' code"
        + " takes the newest row alone.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Cake(
        options.choice("granularity", Granularity.KV_HEAD),
        options.integer("window", 32, 1, 900),
        options.number("gamma", 200, 0, 1e9),
        options.number("tau1", 1, 0.1, 100),
        options.number("tau2", 1, 0.1, 100));
  }

  private record Cake(Granularity granularity, int window, double gamma, double tau1, double tau2)
      implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(window);
    }

    @Override
    public int columns(SetShape shape) {
      return window + 1;
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, window);
    }

    @Override
    public BudgetPlanner budgets() {
      return CakeBudgets.CAKE;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] slot = set.column((int) (row.queryPosition() % window));
      float[] mean = row.row(0);
      for (int e = 0; e < set.size(); e++) {
        slot[e] = mean[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      double[] indicator = set.column(window);
      means(set, scores);
      variances(set, scores, indicator);
      int outside = Math.max(0, set.size() - window);
      for (int e = 0; e < set.size(); e++) {
        indicator[e] = scores[e] + gamma * indicator[e];
        scores[e] = indicator[e];
      }
      for (int e = 0; e < outside; e++) {
        double sum = 0;
        for (int n = Math.max(0, e - REACH); n < Math.min(outside, e + REACH + 1); n++) {
          sum += indicator[n];
        }
        scores[e] = sum / (2 * REACH + 1);
      }
    }

    private int rows(KvSet set) {
      return (int) Math.min(window, set.queries());
    }

    private void means(KvSet set, double[] means) {
      int size = set.size();
      Arrays.fill(means, 0, size, 0);
      for (int w = 0; w < rows(set); w++) {
        double[] row = set.column(w);
        for (int e = 0; e < size; e++) {
          means[e] += row[e];
        }
      }
      for (int e = 0; e < size; e++) {
        means[e] /= rows(set);
      }
    }

    /** Of one row there is no variance: 0. */
    private void variances(KvSet set, double[] means, double[] variances) {
      int size = set.size();
      Arrays.fill(variances, 0, size, 0);
      for (int w = 0; w < rows(set); w++) {
        double[] row = set.column(w);
        for (int e = 0; e < size; e++) {
          double off = row[e] - means[e];
          variances[e] += off * off;
        }
      }
      for (int e = 0; e < size; e++) {
        variances[e] /= Math.max(1, rows(set) - 1);
      }
    }

    @Override
    public double demand(KvSet set) {
      int outside = Math.max(0, set.size() - window);
      double[] means = new double[set.size()];
      double[] variances = new double[set.size()];
      means(set, means);
      variances(set, means, variances);
      double entropy = 0;
      double variance = 0;
      for (int e = 0; e < outside; e++) {
        variance += variances[e];
        for (int w = 0; w < rows(set); w++) {
          double a = set.column(w)[e];
          entropy -= a * Math.log(a + TINY);
        }
      }
      return Math.pow(Math.max(0, entropy), 1 / tau1) * Math.pow(variance, 1 / tau2);
    }
  }
}
