package org.msrnn.policies;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.WrappedPolicy;

/** A policy that is asked for its demand at every decision, as at the end of a prompt. */
record Demanding(EvictionPolicy policy, List<Double> demands) implements WrappedPolicy {
  Demanding(EvictionPolicy policy) {
    this(policy, new ArrayList<>());
  }

  @Override
  public void score(KvSet set, double[] scores) {
    demands.add(policy.demand(set));
    policy.score(set, scores);
  }
}
