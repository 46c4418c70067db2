package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code h2o}: heavy hitter oracle. Of the states before the last r, the one with the least
 * attention summed over all queries since it came leaves: {@code S_j = sum_t mean_h a[t][h][j]},
 * its own query included.
 *
 * <p>Options: {@code recent=r} (half of k, rounded down, unless given; 0 for none), {@code
 * granularity=kv-head}, {@code sinks=i}; the heavy hitters are the k - r - i others. {@code
 * decay=d} makes it {@code S_j <- d S_j + a_j}, {@code normalise} divides {@code S_j} by the number
 * of queries since the state came, with a decay by their decayed number.
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
    return "outside the recent half, the least summed attention leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2306.14048, algorithm 1; recent half as in arXiv 2401.06104, section 4.1";
  }

  @Override
  public String differences() {
    return "The authors' code (FMInference/H2O) sums over the sequences of a batch and keeps a set"
        + " a query head; here each sequence has its own sums, and with granularity kv-head"
        + " the mean over the query heads of a group is summed.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new H2o(
        new SummedAttention(
            options.choice("granularity", Granularity.LAYER),
            options.number("decay", 1, 0, 1),
            1,
            options.flag("normalise", false)),
        options.integer("recent", "half of k", 0, Integer.MAX_VALUE).orElse(HALF),
        options.integer("sinks", 0, 0, Integer.MAX_VALUE));
  }

  private record H2o(EvictionPolicy policy, int recent, int sinks) implements WrappedPolicy {
    @Override
    public Pins pins(int states) {
      return new Pins(sinks, recent == HALF ? states / 2 : recent);
    }
  }
}
