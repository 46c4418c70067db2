package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.Signals;

/**
 * {@code random}: any state leaves, each with the same probability. The control that every policy
 * must beat.
 *
 * <p>Numbers follow from the seed, the layer, the head, the step and the position alone ({@link
 * KvSet#random}), so forks, restarts and backends agree.
 *
 * <p>Options: {@code granularity=kv-head}, {@code sinks=i}.
 */
public final class RandomPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public RandomPolicy() {}

  @Override
  public String name() {
    return "random";
  }

  @Override
  public String summary() {
    return "any state leaves, all equally likely: the control";
  }

  @Override
  public String differences() {
    return "RandomPress of kvpress draws once for a prompt, here every step draws anew.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new RandomChoice(
        options.choice("granularity", Granularity.LAYER),
        options.integer("sinks", 0, 0, Integer.MAX_VALUE));
  }

  private record RandomChoice(Granularity granularity, int sinks) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = set.random(e);
      }
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, 0);
    }
  }
}
