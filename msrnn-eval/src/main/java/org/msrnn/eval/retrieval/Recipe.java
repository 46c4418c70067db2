package org.msrnn.eval.retrieval;

/** Makes the questions of a kind. */
@FunctionalInterface
interface Recipe {
  /** One question, its size still open. */
  Sized make(Draw draw);
}
