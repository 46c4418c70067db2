package org.msrnn.policies;

import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code pyramidkv}: the score of {@link SnapKvPolicy}, with budgets that fall from layer to layer:
 * {@link PyramidBudgets}.
 *
 * <p>Options: {@code beta} (20) of the planner; those of {@code snapkv}, with {@code window=8},
 * {@code kernel=7}, {@code pooling=max} and {@code reduce-first} unless given.
 */
public final class PyramidKvPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public PyramidKvPolicy() {}

  @Override
  public String name() {
    return "pyramidkv";
  }

  @Override
  public String summary() {
    return "as snapkv, with more states in the first layers and fewer in the last";
  }

  @Override
  public String paper() {
    return "arXiv 2406.02069, section 4";
  }

  @Override
  public String differences() {
    return "The window is part of the budget, and the budgets of all layers add up to k each,"
        + " where the authors' code (Zefan-Cai/KVCache-Factory) adds the window and rounds every"
        + " layer by itself; kvpress falls back to uniform budgets where the last layer's share is"
        + " smaller than the window. For the rest see snapkv.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new PyramidKv(
        SnapKvPolicy.of(options, 8, 7, PooledWindow.Pooling.MAX, true), PyramidBudgets.of(options));
  }

  private record PyramidKv(EvictionPolicy policy, BudgetPlanner budgets) implements WrappedPolicy {}
}
