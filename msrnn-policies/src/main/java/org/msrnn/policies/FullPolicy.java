package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/**
 * {@code full}: nothing leaves. The unbounded MSRNN {@code g(t) = t}, which is the transformer
 * itself and the topline of comparisons.
 */
public final class FullPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public FullPolicy() {}

  @Override
  public String name() {
    return "full";
  }

  @Override
  public String summary() {
    return "nothing leaves: the topline";
  }

  @Override
  public String paper() {
    return "arXiv 2401.06104, section 3.2";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Full();
  }

  private record Full() implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public Trigger trigger() {
      return Trigger.NEVER;
    }

    /** Never asked for; complete all the same, with the oldest lowest. */
    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = e;
      }
    }
  }
}
