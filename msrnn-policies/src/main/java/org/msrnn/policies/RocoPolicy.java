package org.msrnn.policies;

import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code roco}: robust cache omission. Of the states before the last r, the f whose attention
 * varied least may leave, and of these the one with the least mean attention does. With the number
 * n of queries since a state came, mean {@code sum a / n} and deviation {@code sqrt(sum a^2 / n -
 * mean^2)}; states that may not leave go last, by their means, if more than f must.
 *
 * <p>Options: {@code recent=r} (10, at most half of k, unless given), {@code feasible=f} (k less
 * three tenths of it, rounded down, unless given), {@code granularity} ({@code kv-head} unless
 * given).
 */
public final class RocoPolicy implements EvictionPolicyProvider {
  private static final int USUAL = -1;

  /** For the service loader. */
  public RocoPolicy() {}

  @Override
  public String name() {
    return "roco";
  }

  @Override
  public String summary() {
    return "of the states whose attention varied least, that with the least mean leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2402.06262";
  }

  @Override
  public String differences() {
    return "Defaults are those of the decoding mode of the authors' code (h2o_head_std_avg of"
        + " DRSY/EasyKV), which leaves the prompt alone and counts generated states; here the"
        + " prompt's states are treated like all others.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Roco(
        options.choice("granularity", Granularity.KV_HEAD),
        options.integer("recent", "10, at most half of k", 0, Integer.MAX_VALUE).orElse(USUAL),
        options.integer("feasible", "7/10 of k", 1, Integer.MAX_VALUE).orElse(USUAL));
  }

  private record Roco(Granularity granularity, int recent, int feasible) implements EvictionPolicy {
    private static final int SUM = 0;
    private static final int SQUARES = 1;
    private static final int QUERIES = 2;

    /** Added to the mean of a state that may not leave; no mean is more than 1. */
    private static final double BEHIND = 2;

    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public int columns(SetShape shape) {
      return 3;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] sum = set.column(SUM);
      double[] squares = set.column(SQUARES);
      double[] queries = set.column(QUERIES);
      float[] mean = row.row(0);
      for (int e = 0; e < set.size(); e++) {
        double weight = mean[e];
        sum[e] += weight;
        squares[e] += weight * weight;
        queries[e]++;
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      double[] sum = set.column(SUM);
      double[] queries = set.column(QUERIES);
      int candidates = Math.max(1, set.size() - recent(set.budget()));
      int may = Math.min(candidates, feasible(set.budget()));
      for (int e = 0; e < candidates; e++) {
        scores[e] = variance(set, e);
      }
      double most = Quickselect.nth(scores, candidates, may - 1);
      int equal = may; // how many of those that vary as much as the last one may leave
      for (int e = 0; e < candidates; e++) {
        equal -= variance(set, e) < most ? 1 : 0;
      }
      for (int e = 0; e < set.size(); e++) {
        double mean = sum[e] / queries[e];
        double variance = e < candidates ? variance(set, e) : Double.POSITIVE_INFINITY;
        boolean leaves = variance < most || (variance == most && equal-- > 0);
        scores[e] = leaves ? mean : BEHIND + mean;
      }
    }

    /** The square of the deviation, which has the same order. */
    private static double variance(KvSet set, int e) {
      double queries = set.column(QUERIES)[e];
      double mean = set.column(SUM)[e] / queries;
      return Math.max(0, set.column(SQUARES)[e] / queries - mean * mean);
    }

    private int feasible(int states) {
      return feasible == USUAL ? states - (int) (3L * states / 10) : feasible;
    }

    private int recent(int states) {
      return recent == USUAL ? Math.min(10, states / 2) : recent;
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, recent(states));
    }
  }
}
