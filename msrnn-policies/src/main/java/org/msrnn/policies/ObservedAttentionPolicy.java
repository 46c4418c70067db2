package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code observed-attention}: the state with the least mean attention leaves: its column of the
 * causal attention matrix, summed and divided by the number of queries that could see it.
 *
 * <p>Options: {@code granularity}, {@code kv-head} unless given.
 */
public final class ObservedAttentionPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public ObservedAttentionPolicy() {}

  @Override
  public String name() {
    return "observed-attention";
  }

  @Override
  public String summary() {
    return "the least attention a query that could see it leaves";
  }

  @Override
  public String paper() {
    return "ObservedAttentionPress of NVIDIA's kvpress";
  }

  @Override
  public String differences() {
    return "kvpress scores a whole prompt once, which is the regime whole; here a state that left"
        + " takes no further attention from those that stay.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new ObservedAttention(options.choice("granularity", Granularity.KV_HEAD));
  }

  private record ObservedAttention(EvictionPolicy policy) implements WrappedPolicy {
    ObservedAttention(Granularity granularity) {
      this(new SummedAttention(granularity, 1, 1, true));
    }
  }
}
