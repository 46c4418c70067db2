package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code norm-sum}: between the first i and the last r states, the one with the least mean
 * attention leaves: the sum over all queries since it came, divided by their number.
 *
 * <p>Options: {@code sinks=i} and {@code recent=r}, 32 and 128 unless given, or where k is less
 * than 672 the same shares of it, 1/21 and 4/21; {@code granularity=kv-head}.
 */
public final class NormSumPolicy implements EvictionPolicyProvider {
  private static final int USUAL = -1;

  /** For the service loader. */
  public NormSumPolicy() {}

  @Override
  public String name() {
    return "norm-sum";
  }

  @Override
  public String summary() {
    return "between sinks and a recent window, the least attention a query of its life leaves";
  }

  @Override
  public String paper() {
    return "the mode NORM_SUM of OpenVINO GenAI";
  }

  @Override
  public String differences() {
    return "OpenVINO GenAI drops blocks of tokens by the sum of their scores, takes the largest"
        + " weight among the next 7 states before it sums, and in a prompt looks at the last 8"
        + " queries alone; here single states leave, weights are taken as they are, and all queries"
        + " count.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new NormSum(
        new SummedAttention(options.choice("granularity", Granularity.LAYER), 1, 1, true),
        options.integer("sinks", "32, at most 1/21 of k", 0, Integer.MAX_VALUE).orElse(USUAL),
        options.integer("recent", "128, at most 4/21 of k", 0, Integer.MAX_VALUE).orElse(USUAL));
  }

  private record NormSum(EvictionPolicy policy, int sinks, int recent) implements WrappedPolicy {
    @Override
    public Pins pins(int states) {
      return new Pins(
          sinks == USUAL ? Math.min(32, states / 21) : sinks,
          recent == USUAL ? (int) Math.min(128, 4L * states / 21) : recent);
    }
  }
}
