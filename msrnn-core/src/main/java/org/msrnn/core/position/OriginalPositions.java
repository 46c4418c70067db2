package org.msrnn.core.position;

import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.PositionSchemeProvider;

/**
 * {@code original}: every token keeps its own position, as in the paper's language modelling
 * experiments and the authors' code.
 */
public final class OriginalPositions implements PositionSchemeProvider {
  /** For the service loader. */
  public OriginalPositions() {}

  @Override
  public String name() {
    return "original";
  }

  @Override
  public String summary() {
    return "every token keeps its own position; the gaps that evictions leave stay";
  }

  @Override
  public String paper() {
    return "arXiv 2401.06104";
  }

  @Override
  public PositionScheme create(Options options) {
    return PositionScheme.ORIGINAL;
  }
}
