package com.example.headwise;

import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code max-attention}: each KV head keeps what one of its queries once looked at: of the states
 * the one whose largest weight so far is the least leaves, {@code S_j = max_t max_h a[t][h][j]}.
 */
public record MaxAttention() implements EvictionPolicyProvider, EvictionPolicy {
  @Override
  public String name() {
    return "max-attention";
  }

  @Override
  public String summary() {
    return "in each KV head, what no query looked at much leaves";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return this;
  }

  /** The weights of all queries, each time the largest of the query heads that read a KV head. */
  @Override
  public Signals observes() {
    return Signals.perKvHead(Signals.Reduce.MAX).withLastQueries(Signals.ALL_QUERIES);
  }

  @Override
  public Granularity granularity() {
    return Granularity.KV_HEAD;
  }

  @Override
  public int columns(SetShape shape) {
    return 1;
  }

  /** The planner that is used unless {@code --budgets} names another one. */
  @Override
  public BudgetPlanner budgets() {
    return EveryOtherHead.THREE;
  }

  @Override
  public void observe(KvSet set, AttentionRow row) {
    double[] largest = set.column(0);
    float[] weights = row.row(0);
    for (int e = 0; e < set.size(); e++) {
      largest[e] = Math.max(largest[e], weights[e]);
    }
  }

  @Override
  public void score(KvSet set, double[] scores) {
    System.arraycopy(set.column(0), 0, scores, 0, set.size());
  }
}
