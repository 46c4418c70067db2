package org.msrnn.eval.task;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A story, and how it came about.
 *
 * @param prompt the request, as it was fed
 * @param seed seed of the draws
 * @param text the story, without the request
 * @param promptTokens tokens of the request, BOS included
 * @param tokens tokens of the story
 * @param ended whether the model ended it; else it was cut
 * @param filled whether the state was ever full, so that a single state had to leave; up to there a
 *     bounded state writes what an unbounded one writes
 * @param state how large the multi-state became
 */
public record StoryFigures(
    String prompt,
    long seed,
    String text,
    long promptTokens,
    long tokens,
    boolean ended,
    boolean filled,
    StateFigures state)
    implements Figures {
  /** The metric that counts tokens of a story. */
  public static final String TOKENS = "tokens";

  /** The metric that is 100 for stories that the model ended, else 0. */
  public static final String ENDED = "ended";

  /** The metric that is 100 for stories that filled the state, else 0. */
  public static final String FILLED = "filled";

  @Override
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put(TOKENS, (double) tokens);
    metrics.put(ENDED, ended ? 100.0 : 0.0);
    metrics.put(FILLED, filled ? 100.0 : 0.0);
    return metrics;
  }

  @Override
  public Map<String, String> texts() {
    return Map.of("prediction", text);
  }
}
