package org.msrnn.eval.dataset;

/** How predictions of a dataset are scored. */
public enum Scoring {
  /** {@link org.msrnn.eval.metric.Rouge}; a dataset by the geometric mean of its means. */
  ROUGE,
  /** {@link org.msrnn.eval.metric.TokenF1}. */
  F1,
  /** Share of the references that occur: {@link org.msrnn.eval.metric.StringMatch#all}. */
  MATCH_ALL,
  /** Whether any reference occurs: {@link org.msrnn.eval.metric.StringMatch#any}. */
  MATCH_ANY,
  /** Predictions are written and not scored: the metric is not one of these. */
  NONE
}
