package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code snapkv}: the last w states stay; of those before them, the one that the last w queries
 * attend to least leaves. Their weights are averaged over the w queries, pooled along the kept
 * states with a kernel of c, and reduced over the query heads that read the set.
 *
 * <p>Options: {@code window=w} (32), {@code kernel=c} (5; 1 for no pooling), {@code pooling=avg} or
 * {@code max}, {@code reduce=mean} or {@code max} over query heads, {@code reduce-first} reduces
 * before it pools, {@code granularity} ({@code kv-head} unless given).
 */
public final class SnapKvPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public SnapKvPolicy() {}

  @Override
  public String name() {
    return "snapkv";
  }

  @Override
  public String summary() {
    return "before a window, the state leaves that the window's queries attend to least, pooled";
  }

  @Override
  public String paper() {
    return "arXiv 2404.14469, section 4";
  }

  @Override
  public String differences() {
    return "Published for the end of a prompt, which is +prompt-end; here the window slides along"
        + " and a state leaves at every step. The authors' code (FasterDecoding/SnapKV) keeps a set"
        + " a query head, with keys repeated for a group; here a group shares a set. kvpress has a"
        + " window of 64, KVCache-Factory 8 with kernel=7,pooling=max,reduce-first.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new SnapKv(of(options, 32, 5, PooledWindow.Pooling.AVG, false));
  }

  /** The score with other defaults. */
  static EvictionPolicy of(
      Options options, int window, int kernel, PooledWindow.Pooling pooling, boolean reduceFirst) {
    int width = options.integer("kernel", kernel, 1, 9999);
    if (width % 2 == 0) {
      throw options.refusal("kernel", "'" + width + "'", "an odd number");
    }
    return new PooledWindow(
        options.choice("granularity", Granularity.KV_HEAD),
        options.integer("window", window, 1, 500),
        width,
        options.choice("pooling", pooling),
        options.choice("reduce", PooledWindow.Reduce.MEAN),
        options.flag("reduce-first", reduceFirst));
  }

  private record SnapKv(EvictionPolicy policy) implements WrappedPolicy {}
}
