package org.msrnn.eval.task;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.msrnn.api.InvalidOptionException;

/** State sizes as users write them. */
public final class StateSize {
  private static final Pattern FRACTION = Pattern.compile("([0-9]{1,9})/([0-9]{1,9})");
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,10}");

  private StateSize() {}

  /**
   * Reads a state size.
   *
   * @param text a count, or a fraction of the context such as {@code 1/8}
   * @param context positions that the model was trained for
   * @throws InvalidOptionException if it is neither, or comes to less than 1
   */
  public static int parse(String text, int context) {
    Matcher fraction = FRACTION.matcher(text.strip());
    long states = 0;
    if (fraction.matches()) {
      long numerator = Long.parseLong(fraction.group(1));
      long denominator = Long.parseLong(fraction.group(2));
      if (denominator > 0 && numerator <= denominator) {
        states = context * numerator / denominator;
      }
    } else if (COUNT.matcher(text.strip()).matches()) {
      states = Long.parseLong(text.strip());
    }
    if (states < 1 || states > Integer.MAX_VALUE) {
      throw new InvalidOptionException(
          "state",
          "'" + text + "'",
          "a count of 1 or more, or a fraction of the model's context ("
              + context
              + ") such as 1/8");
    }
    return (int) states;
  }
}
