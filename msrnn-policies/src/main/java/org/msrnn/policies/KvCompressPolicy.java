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
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code kv-compress}: of the states before the last r, the one with the least squared attention
 * leaves, summed over all queries since it came and over the query heads that read it: {@code S_j =
 * sum_t sum_h a[t][h][j]^2}.
 *
 * <p>Options: {@code recent=r} (50, at most half of k, unless given), {@code granularity} ({@code
 * kv-head} unless given), {@code square-mean} squares the mean over the query heads in place of
 * each: the same with one query head a KV head, and one row a query to hand over.
 */
public final class KvCompressPolicy implements EvictionPolicyProvider {
  private static final int USUAL = -1;

  /** For the service loader. */
  public KvCompressPolicy() {}

  @Override
  public String name() {
    return "kv-compress";
  }

  @Override
  public String summary() {
    return "outside a recent window, the least sum of squared attention leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2410.00161";
  }

  @Override
  public String differences() {
    return "The authors' code (IsaacRe/vllm-kvcompress) frees whole blocks, compares the heads of"
        + " all layers with each other, and may add a bias learned for each head; here single"
        + " states leave, each set has its budget, and there is no bias.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    Granularity granularity = options.choice("granularity", Granularity.KV_HEAD);
    return new KvCompress(
        options.flag("square-mean", false)
            ? new SummedAttention(granularity, 1, 2, false)
            : new SquaredHeads(granularity),
        options.integer("recent", "50, at most half of k", 0, Integer.MAX_VALUE).orElse(USUAL));
  }

  private record KvCompress(EvictionPolicy policy, int recent) implements WrappedPolicy {
    @Override
    public Pins pins(int states) {
      return new Pins(0, recent == USUAL ? Math.min(50, states / 2) : recent);
    }
  }

  private record SquaredHeads(Granularity granularity) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.perQueryHead().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public int columns(SetShape shape) {
      return 1;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] sum = set.column(0);
      for (int h = 0; h < row.rows(); h++) {
        float[] head = row.row(h);
        for (int e = 0; e < set.size(); e++) {
          double weight = head[e];
          sum[e] += weight * weight;
        }
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }
  }
}
