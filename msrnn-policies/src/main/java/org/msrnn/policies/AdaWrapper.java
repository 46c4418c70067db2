package org.msrnn.policies;

import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code ada}: any policy with a set for each KV head, whose heads compete as {@link AdaBudgets}
 * says: {@code ada(snapkv)} is Ada-SnapKV, {@code ada(pyramidkv)} Ada-PyramidKV.
 *
 * <p>Option {@code ada}: the share of its budget that a head keeps in any case. A planner that the
 * user names takes the place of this one.
 */
public final class AdaWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public AdaWrapper() {}

  @Override
  public String name() {
    return "ada";
  }

  @Override
  public String summary() {
    return "the KV heads of a layer compete for its states";
  }

  @Override
  public String paper() {
    return "arXiv 2407.11550, algorithm 1 and section 4.1";
  }

  @Override
  public String differences() {
    return "Heads compete whenever states leave, from the first token on, and not at the end of a"
        + " prompt alone; a head that attends to everything may win states back later. The share"
        + " that a head keeps is floor(g * budget) as in the paper, where the authors' code rounds"
        + " to (1 - g) * states + floor(g * budget).";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    return new Ada(policy, AdaBudgets.guaranteed(options));
  }

  private record Ada(EvictionPolicy policy, double guaranteed) implements WrappedPolicy {
    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    @Override
    public BudgetPlanner budgets() {
      return new AdaBudgets.Ada(policy.budgets(), guaranteed);
    }
  }
}
