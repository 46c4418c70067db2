package org.msrnn.eval.task;

import java.util.List;
import java.util.Map;

/**
 * What a retrieval item found.
 *
 * @param kind RULER's name of the task
 * @param score share of the answers that occur in the prediction, from 0 to 1
 * @param prediction what the model wrote
 * @param answers what it should have written
 * @param promptTokens tokens of the prompt, BOS included
 * @param newTokens tokens it wrote
 * @param state how large the multi-state became
 */
public record RetrievalFigures(
    String kind,
    double score,
    String prediction,
    List<String> answers,
    long promptTokens,
    long newTokens,
    StateFigures state)
    implements Figures {

  @Override
  public Map<String, Double> metrics() {
    return Map.of("accuracy", 100 * score);
  }

  @Override
  public Map<String, String> texts() {
    return Map.of("prediction", prediction, "references", String.join(" ", answers));
  }
}
