package org.msrnn.eval.sweep;

/**
 * A number that a task measures.
 *
 * @param name its name in files
 * @param title its name for people, with its unit
 * @param higherIsBetter which way is better
 * @param decimals digits after the point that are worth showing
 */
public record Metric(String name, String title, boolean higherIsBetter, int decimals) {
  /** The name of the metric that says how far the mean of the main one may be off. */
  public static final String STANDARD_ERROR = "standardError";

  /** One of which less is better. */
  static Metric lower(String name, String title, int decimals) {
    return new Metric(name, title, false, decimals);
  }

  /** One of which more is better. */
  static Metric higher(String name, String title, int decimals) {
    return new Metric(name, title, true, decimals);
  }
}
