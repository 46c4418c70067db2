package org.msrnn.eval.retrieval;

/**
 * A question whose random draws are made and whose size is open. It grows by units: lines of noise,
 * sentences, words or documents.
 */
interface Sized {
  /** The fewest units with which it is a question. */
  int least();

  /** The most units that there are. */
  default int most() {
    return Integer.MAX_VALUE;
  }

  /** The question with so many units; more units make a longer prompt. */
  Question at(int units);
}
