package org.msrnn.eval.judge;

import org.msrnn.eval.task.StoryFigures;

/**
 * Two stories of one seed.
 *
 * @param candidate told with a bounded state
 * @param topline told with all states
 */
public record StoryPair(StoryFigures candidate, StoryFigures topline) {
  /** The seed of both. */
  public long seed() {
    return candidate.seed();
  }

  boolean identical() {
    return candidate.text().equals(topline.text());
  }
}
