package org.msrnn.eval.metric;

/** What kind of answer an annotator of QASPER gave (Dasigi et al., arXiv 2105.03011). */
public enum AnswerType {
  /** Passages of the paper. */
  EXTRACTIVE,
  /** The annotator's own words. */
  ABSTRACTIVE,
  /** Yes or no. */
  BOOLEAN,
  /** The paper does not say. */
  NONE
}
