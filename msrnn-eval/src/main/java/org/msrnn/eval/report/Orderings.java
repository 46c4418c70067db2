package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.msrnn.eval.sweep.Metric;

/**
 * Which of the paper's orderings hold in a section's figures (arXiv 2401.06104, table 3): TOVA
 * below Window+i, Window+i about H2O, both below the baseline, the baseline far below Window.
 * Worked out for each state size; what a sweep did not run is not spoken of.
 */
public final class Orderings {
  /** "About": in the paper's table Window+i and H2O are less than 1 % apart. */
  private static final double ABOUT = 0.02;

  /** "Far below": in the paper's table Window is 33 times as high as the baseline, or more. */
  private static final double FAR = 2;

  /** One of the families that the paper compares. */
  private enum Family {
    TOVA("TOVA", "tova"),
    WINDOW_AND_FIRST("Window+i", "window\\+[0-9]+"),
    H2O("H2O", "h2o"),
    BASELINE("the baseline", "baseline"),
    WINDOW("Window", "window");

    private final String title;

    /** Its policies' names, as a regular expression. */
    private final String names;

    Family(String title, String names) {
      this.title = title;
      this.names = names;
    }
  }

  /** A claim on two families, at one state size. */
  private record Claim(Family left, String words, Family right, BiPredicate<Double, Double> holds) {
    String text() {
      return left.title + ' ' + words + ' ' + right.title;
    }
  }

  private static final List<Claim> CLAIMS =
      List.of(
          new Claim(Family.TOVA, "below", Family.WINDOW_AND_FIRST, (a, b) -> a < b),
          new Claim(Family.TOVA, "below", Family.H2O, (a, b) -> a < b),
          new Claim(
              Family.WINDOW_AND_FIRST,
              "within 2 % of",
              Family.H2O,
              (a, b) -> Math.abs(a - b) <= ABOUT * Math.min(a, b)),
          new Claim(Family.WINDOW_AND_FIRST, "below", Family.BASELINE, (a, b) -> a < b),
          new Claim(Family.H2O, "below", Family.BASELINE, (a, b) -> a < b),
          new Claim(Family.BASELINE, "at most half of", Family.WINDOW, (a, b) -> FAR * a <= b));

  private Orderings() {}

  /**
   * One sentence a claim that the figures can answer; none for other tasks than perplexity. The
   * best of the policies Window+i stands for all of them.
   */
  public static List<String> words(Summary.Section section) {
    if (!section.main().name().equals("perplexity")) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    variants(section)
        .forEach((variant, rows) -> words.addAll(words(variant, rows, section.main())));
    return words;
  }

  /** Rows by the settings that follow the policy's name: only likes are compared. */
  private static Map<String, List<Summary.Row>> variants(Summary.Section section) {
    return section.rows().stream()
        .collect(
            Collectors.groupingBy(
                row -> row.policy().substring(name(row).length()),
                LinkedHashMap::new,
                Collectors.toList()));
  }

  private static String name(Summary.Row row) {
    int end = row.policy().indexOf(", ");
    return end < 0 ? row.policy() : row.policy().substring(0, end);
  }

  private static List<String> words(String variant, List<Summary.Row> rows, Metric metric) {
    List<String> words = new ArrayList<>();
    for (Claim claim : CLAIMS) {
      Map<Integer, Double> left = best(claim.left, rows, metric);
      Map<Integer, Double> right = best(claim.right, rows, metric);
      left.keySet().retainAll(right.keySet());
      if (!left.isEmpty()) {
        words.add(words(claim.text() + variant, claim, left, right) + ".");
      }
    }
    return words;
  }

  private static String words(
      String claimed, Claim claim, Map<Integer, Double> left, Map<Integer, Double> right) {
    Map<Boolean, List<Integer>> byAnswer =
        left.keySet().stream()
            .collect(
                Collectors.partitioningBy(
                    k ->
                        claim.holds.test(
                            left.getOrDefault(k, Double.NaN), right.getOrDefault(k, Double.NaN))));
    List<Integer> holds = byAnswer.getOrDefault(true, List.of());
    List<Integer> fails = byAnswer.getOrDefault(false, List.of());
    String text = claimed.substring(0, 1).toUpperCase(Locale.ROOT) + claimed.substring(1);
    if (fails.isEmpty()) {
      return text + ": at every k (" + list(holds) + ")";
    }
    return holds.isEmpty()
        ? text + ": at no k (" + list(fails) + ")"
        : text + ": at k = " + list(holds) + "; not at k = " + list(fails);
  }

  private static String list(List<Integer> states) {
    return states.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  /** The lowest value of a family at each state size. */
  private static Map<Integer, Double> best(Family family, List<Summary.Row> rows, Metric metric) {
    Map<Integer, Double> best = new TreeMap<>();
    for (Summary.Row row : rows) {
      Double value = row.value(metric);
      if (row.state() != null && value != null && name(row).matches(family.names)) {
        best.merge(row.state(), value, Math::min);
      }
    }
    return best;
  }
}
