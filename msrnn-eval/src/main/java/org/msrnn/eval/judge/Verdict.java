package org.msrnn.eval.judge;

import org.jspecify.annotations.Nullable;

/**
 * What a judge said of two texts.
 *
 * @param choice which it prefers
 * @param preference for the first text, from 0 to 1; null where the format has no such figure
 */
record Verdict(Choice choice, @Nullable Double preference) {
  /** Which of two texts, in the order in which the judge saw them. */
  enum Choice {
    FIRST,
    SECOND,
    EQUAL
  }

  static Verdict of(Choice choice) {
    return new Verdict(choice, null);
  }
}
