package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code recent}: the newest r states never leave, whatever the policy says: {@code
 * keydiff+recent:16}. They count among the k states. For a policy that pins more recent states
 * itself, its own number holds.
 */
public final class RecentWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public RecentWrapper() {}

  @Override
  public String name() {
    return "recent";
  }

  @Override
  public String summary() {
    return "the newest r states never leave";
  }

  @Override
  public String paper() {
    return "arXiv 2306.14048";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    return new Recent(policy, options.integer("recent", 8, 0, Integer.MAX_VALUE));
  }

  private record Recent(EvictionPolicy policy, int recent) implements WrappedPolicy {
    @Override
    public Pins pins(int states) {
      Pins inner = policy.pins(states);
      return new Pins(inner.first(), Math.max(recent, inner.last()));
    }
  }
}
