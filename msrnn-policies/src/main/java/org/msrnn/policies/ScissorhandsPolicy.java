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
 * {@code scissorhands}: of the states before the last r, the one leaves that was unimportant most
 * often during the last w queries. At a query over n states those with a weight below 1/n are
 * unimportant: the score is {@code -|{t in the last w queries: mean_h a[t][h][j] < 1/n_t}|}.
 *
 * <p>The history is exact: a ring of w bits a state, 52 in a number, in which each query replaces
 * the bit of the query w before it.
 *
 * <p>Options: {@code history=w} (400 unless given), {@code recent=r} (10, at most half of k, unless
 * given), {@code granularity} ({@code kv-head} unless given).
 */
public final class ScissorhandsPolicy implements EvictionPolicyProvider {
  private static final int USUAL = -1;

  /** For the service loader. */
  public ScissorhandsPolicy() {}

  @Override
  public String name() {
    return "scissorhands";
  }

  @Override
  public String summary() {
    return "the state leaves that had less than its share of attention most often of late";
  }

  @Override
  public String paper() {
    return "arXiv 2305.17118, algorithm 2";
  }

  @Override
  public String differences() {
    return "The paper drops half of the budget at once when it is full; here one state leaves a"
        + " step. Its sets are a query head's; here the weights of a group are averaged.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Scissorhands(
        options.choice("granularity", Granularity.KV_HEAD),
        options.integer("history", 400, 1, 10_000),
        options.integer("recent", "10, at most half of k", 0, Integer.MAX_VALUE).orElse(USUAL));
  }

  private record Scissorhands(Granularity granularity, int history, int recent)
      implements EvictionPolicy {
    /** What a double holds as a whole number, with one to spare. */
    private static final int BITS = 52;

    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public int columns(SetShape shape) {
      return Math.ceilDiv(history, BITS);
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      int place = (int) (set.queries() % history);
      long bit = 1L << (place % BITS);
      double[] bits = set.column(place / BITS);
      float[] mean = row.row(0);
      float share = 1f / set.size();
      for (int e = 0; e < set.size(); e++) {
        long others = (long) bits[e] & ~bit;
        bits[e] = mean[e] < share ? others | bit : others;
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = 0;
      }
      for (int c = 0; c < columns(set.shape()); c++) {
        double[] bits = set.column(c);
        for (int e = 0; e < set.size(); e++) {
          scores[e] -= Long.bitCount((long) bits[e]);
        }
      }
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, recent == USUAL ? Math.min(10, states / 2) : recent);
    }
  }
}
