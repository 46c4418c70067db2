package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code prompt-end}: states leave once, at the end of each prompt, in place of the policy's own
 * schedule: {@code snapkv+prompt-end}. It is how methods that compress a finished prompt were
 * published: the whole prompt is held first, and the state grows while tokens are generated, so
 * that it is not bounded.
 */
public final class PromptEndWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public PromptEndWrapper() {}

  @Override
  public String name() {
    return "prompt-end";
  }

  @Override
  public String summary() {
    return "states leave once, at the end of each prompt; the state is not bounded";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    if (policy.trigger().equals(Trigger.NEVER)) {
      throw options.refusal("wrapper", "around " + policy, "around a policy that drops states");
    }
    return new PromptEnd(policy);
  }

  private record PromptEnd(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public Trigger trigger() {
      return Trigger.PROMPT_END;
    }

    @Override
    public boolean positional() {
      return false;
    }
  }
}
