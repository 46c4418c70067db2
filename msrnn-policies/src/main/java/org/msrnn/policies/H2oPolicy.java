package org.msrnn.policies;

import java.util.Optional;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Signals;

/**
 * {@code h2o}: heavy hitter oracle. Of the states before the last r, the one with the least
 * attention summed over all queries since it came leaves: {@code S_j = sum_t mean_h a[t][h][j]},
 * its own query included.
 *
 * <p>Paper: arXiv 2306.14048, algorithm 1; with r half of k as in arXiv 2401.06104, section 4.1.
 * Authors' code: {@code utils_real_drop} of FMInference/H2O.
 *
 * <p>Options: {@code recent=r} (half of k, rounded down, unless given; 0 for none), {@code
 * granularity=kv-head}, {@code sinks=i}. The heavy hitters are the k - r - i others.
 *
 * <p>Known differences: the authors sum over the sequences of a batch and keep one set a query
 * head; here each sequence has its own sums, and with {@code kv-head} the mean over the query heads
 * of a group is summed. Sums are held in double, where 16-bit sums stop growing after some 2,000
 * queries.
 */
public final class H2oPolicy implements EvictionPolicyProvider {
  private static final int HALF = -1;

  /** For the service loader. */
  public H2oPolicy() {}

  @Override
  public String name() {
    return "h2o";
  }

  @Override
  public String summary() {
    return "outside the recent half, the least summed attention leaves (arXiv 2306.14048)";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new H2o(
        options.choice("granularity", Granularity.LAYER),
        options.integer("recent", HALF, 0, Integer.MAX_VALUE),
        options.integer("sinks", 0, 0, Integer.MAX_VALUE));
  }

  private record H2o(Granularity granularity, int recent, int sinks) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public int columns() {
      return 1;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] sum = set.column(0);
      float[] mean = row.row(0);
      for (int e = 0; e < set.size(); e++) {
        sum[e] += mean[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, recent == HALF ? states / 2 : recent);
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.of(new ScoreProgram.Accumulate(1, 1));
    }
  }
}
