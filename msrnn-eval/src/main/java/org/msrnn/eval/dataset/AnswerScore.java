package org.msrnn.eval.dataset;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.eval.metric.Rouge;
import org.msrnn.eval.metric.StringMatch;
import org.msrnn.eval.metric.TokenF1;

/** The metrics of one prediction, by name, each from 0 to 1. */
public final class AnswerScore {
  private AnswerScore() {}

  /**
   * The metrics of a prediction; none where it cannot be scored.
   *
   * @param references one or more, or there is no score
   */
  public static Map<String, Double> of(
      Scoring scoring, String prediction, List<String> references) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    if (references.isEmpty()) {
      return metrics;
    }
    switch (scoring) {
      case ROUGE -> {
        Rouge rouge = Rouge.of(prediction, references);
        metrics.put("rouge1", rouge.rouge1());
        metrics.put("rouge2", rouge.rouge2());
        metrics.put("rougeL", rouge.rougeL());
      }
      case F1 -> metrics.put("f1", TokenF1.of(prediction, references));
      case MATCH_ALL -> metrics.put("match", StringMatch.all(prediction, references));
      case MATCH_ANY -> metrics.put("match", StringMatch.any(prediction, references));
      case NONE -> {}
    }
    return metrics;
  }
}
