package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code streaming-llm}: the first i and the last k - i states stay, and a token's position is its
 * rank among them: {@code window+i} with positions {@code in-cache}.
 *
 * <p>Options: {@code sinks=i}, 4 unless given.
 */
public final class StreamingLlmPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public StreamingLlmPolicy() {}

  @Override
  public String name() {
    return "streaming-llm";
  }

  @Override
  public String summary() {
    return "the oldest state after the sinks leaves; positions are ranks in the cache";
  }

  @Override
  public String paper() {
    return "arXiv 2309.17453, sections 3.1 and 3.2";
  }

  @Override
  public String differences() {
    return "Sinks are part of the k states; the authors' code (mit-han-lab/streaming-llm) is told"
        + " start_size and recent_size, which add up to k.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new StreamingLlm(
        new WindowPolicy.Window(options.integer("sinks", 4, 0, Integer.MAX_VALUE)));
  }

  private record StreamingLlm(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public PositionScheme positions() {
      return PositionScheme.IN_CACHE;
    }
  }
}
