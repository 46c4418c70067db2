package org.msrnn.eval.command;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;

/** Counts among the options. */
final class Counts {
  private Counts() {}

  /**
   * Refuses a count that is too small.
   *
   * @param value the count; null where none was given, which is never refused
   */
  static void demand(String option, @Nullable Integer value, int least) {
    if (value != null && value < least) {
      throw new InvalidOptionException(option, value.toString(), least + " or more");
    }
  }
}
