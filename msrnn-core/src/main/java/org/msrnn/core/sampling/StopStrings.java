package org.msrnn.core.sampling;

import java.util.List;
import org.msrnn.api.InvalidOptionException;

/**
 * Ends a text that comes in pieces before the first stop string in it. Text that may yet become a
 * stop string is held back, so that no part of one is ever shown, wherever the pieces are cut.
 *
 * <p>The stop string that is complete first ends the text; of several that are complete at the same
 * character, the longest. Not thread-safe.
 */
public final class StopStrings {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean stopped;

  /**
   * Without text so far.
   *
   * @param stops the strings, possibly none
   * @throws InvalidOptionException if one is empty
   */
  public StopStrings(List<String> stops) {
    if (stops.contains("")) {
      throw new InvalidOptionException("stop", "''", "a text of one character or more");
    }
    this.stops = List.copyOf(stops);
  }

  /** Whether a stop string was met: nothing comes any more. */
  public boolean stopped() {
    return stopped;
  }

  /** The text that can be shown with this piece, possibly none. */
  public String next(String piece) {
    if (stopped) {
      return "";
    }
    int from = held.length();
    held.append(piece);
    for (int end = from + 1; end <= held.length(); end++) {
      int length = stopEndingAt(end);
      if (length > 0) {
        stopped = true;
        return held.substring(0, end - length);
      }
    }
    return take(held.length() - undecided());
  }

  /** What is still held back: the text ended before it became a stop string. */
  public String end() {
    return stopped ? "" : take(held.length());
  }

  private String take(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }

  /** Length of the longest stop string that ends here; 0 for none. */
  private int stopEndingAt(int end) {
    int longest = 0;
    for (String stop : stops) {
      int start = end - stop.length();
      if (stop.length() > longest && start >= 0 && matches(start, stop, stop.length())) {
        longest = stop.length();
      }
    }
    return longest;
  }

  /** Length of the longest end of the text that is the beginning of a stop string. */
  private int undecided() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (matches(held.length() - n, stop, n)) {
          longest = n;
        }
      }
    }
    return longest;
  }

  private boolean matches(int start, String stop, int length) {
    for (int i = 0; i < length; i++) {
      if (held.charAt(start + i) != stop.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
