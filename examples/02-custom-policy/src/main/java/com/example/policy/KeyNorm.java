package com.example.policy;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Signals;

/**
 * {@code key-norm}: in each KV head the state with the longest key leaves, since keys that get much
 * attention are short (arXiv 2406.11430). No attention is observed, so none is copied.
 *
 * <p>Known difference: the paper leaves the first two layers whole, here every layer is bounded.
 */
public record KeyNorm() implements EvictionPolicyProvider, EvictionPolicy {
  @Override
  public String name() {
    return "key-norm";
  }

  @Override
  public String summary() {
    return "the state with the longest key leaves (arXiv 2406.11430)";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return this;
  }

  @Override
  public Signals observes() {
    return Signals.NONE.withKeys();
  }

  @Override
  public Granularity granularity() {
    return Granularity.KV_HEAD;
  }

  @Override
  public void score(KvSet set, double[] scores) {
    float[] key = set.scratch();
    for (int e = 0; e < set.size(); e++) {
      set.key(0, e, key);
      scores[e] = 0;
      for (float number : key) {
        scores[e] -= (double) number * number;
      }
    }
  }
}
