package org.msrnn.core.position;

import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.PositionSchemeProvider;

/**
 * {@code in-cache}: a token's position is its rank among the kept states, 0 for the oldest
 * (StreamingLLM, arXiv 2309.17453, section 3.2). Gaps vanish, and no position exceeds k.
 */
public final class InCachePositions implements PositionSchemeProvider {
  /** For the service loader. */
  public InCachePositions() {}

  @Override
  public String name() {
    return "in-cache";
  }

  @Override
  public String summary() {
    return "a token's position is its rank among the kept states; no position exceeds k";
  }

  @Override
  public String paper() {
    return "arXiv 2309.17453, section 3.2";
  }

  @Override
  public PositionScheme create(Options options) {
    return PositionScheme.IN_CACHE;
  }
}
