package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code sinks}: the first i tokens of a sequence never leave, whatever the policy says: {@code
 * knorm+sinks:4}. They count among the k states.
 *
 * <p>Paper: attention sinks of arXiv 2309.17453, section 3.1. For a policy that pins more first
 * tokens itself, its own number holds.
 */
public final class SinksWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public SinksWrapper() {}

  @Override
  public String name() {
    return "sinks";
  }

  @Override
  public String summary() {
    return "the first i tokens never leave";
  }

  @Override
  public String paper() {
    return "arXiv 2309.17453, section 3.1";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    return new Sinks(policy, options.integer("sinks", 4, 0, Integer.MAX_VALUE));
  }

  private record Sinks(EvictionPolicy policy, int sinks) implements WrappedPolicy {
    @Override
    public Pins pins(int states) {
      Pins inner = policy.pins(states);
      return new Pins(Math.max(sinks, inner.first()), inner.last());
    }
  }
}
