package org.msrnn.eval.retrieval;

import java.util.function.ToIntFunction;
import org.msrnn.api.InvalidOptionException;

/**
 * The tokens that prompt and answer may take together.
 *
 * @param length the most tokens
 * @param newTokens of which this many are kept for the answer
 * @param tokens counts the tokens of a text, BOS included where the model wants it
 */
record Room(int length, int newTokens, ToIntFunction<String> tokens) {
  /** A prompt is built as a whole and grows by doubling: beyond this, memory would be the limit. */
  private static final int MOST = 1 << 24;

  Room {
    if (length < 1 || length > MOST) {
      throw new InvalidOptionException("length", length + " tokens", "1 to " + MOST + " tokens");
    }
    if (newTokens < 0) {
      throw new InvalidOptionException("max-new", newTokens + " tokens", "0 or more tokens");
    }
  }

  /**
   * The largest question that fits, found by doubling and halving the units.
   *
   * @throws InvalidOptionException if even the smallest does not fit
   */
  Question fill(Sized sized, String kind) {
    int units = sized.least();
    if (!fits(sized, units)) {
      throw new InvalidOptionException(
          "length",
          length + " tokens",
          "what " + kind + " takes, " + taken(sized, units) + " tokens or more");
    }
    int tooMany = units;
    do {
      units = tooMany;
      tooMany = (int) Math.min(2L * units, sized.most());
    } while (tooMany > units && fits(sized, tooMany));
    while (tooMany - units > 1) {
      int middle = (units + tooMany) >>> 1;
      if (fits(sized, middle)) {
        units = middle;
      } else {
        tooMany = middle;
      }
    }
    return sized.at(units);
  }

  boolean fits(Sized sized, int units) {
    return taken(sized, units) <= length;
  }

  private long taken(Sized sized, int units) {
    return (long) tokens.applyAsInt(sized.at(units).prompt()) + newTokens;
  }
}
