package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code every}: states leave after every n steps, several at once, and at the end of a prompt, in
 * place of the policy's own schedule: {@code snapkv+every:64}. Up to k + n - 1 states are carried
 * on.
 */
public final class EveryWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public EveryWrapper() {}

  @Override
  public String name() {
    return "every";
  }

  @Override
  public String summary() {
    return "states leave after every n steps, and at the end of a prompt";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    int steps = options.integer("every", 64, 1, Integer.MAX_VALUE);
    if (policy.trigger().equals(Trigger.NEVER)) {
      throw options.refusal("every", "around " + policy, "around a policy that drops states");
    }
    return new Every(policy, steps);
  }

  private record Every(EvictionPolicy policy, int steps) implements WrappedPolicy {
    @Override
    public Trigger trigger() {
      return Trigger.every(steps);
    }

    @Override
    public boolean positional() {
      return policy.positional() && steps == 1;
    }
  }
}
