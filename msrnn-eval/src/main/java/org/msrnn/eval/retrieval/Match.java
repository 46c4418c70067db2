package org.msrnn.eval.retrieval;

import java.util.List;
import org.msrnn.eval.metric.StringMatch;

/** How RULER scores what a model wrote. */
public enum Match {
  /** The share of the answers that occur in it. */
  ALL,
  /** Whether any of them does. */
  ANY;

  /** From 0 to 1. */
  public double score(String prediction, List<String> answers) {
    return this == ALL
        ? StringMatch.all(prediction, answers)
        : StringMatch.any(prediction, answers);
  }
}
