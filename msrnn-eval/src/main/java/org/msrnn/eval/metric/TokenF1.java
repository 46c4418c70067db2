package org.msrnn.eval.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * F1 over the words of an answer (Rajpurkar et al., arXiv 1606.05250), as the metrics of SCROLLS,
 * QASPER (Dasigi et al., arXiv 2105.03011) and LongBench compute it.
 */
public final class TokenF1 {
  /** ASCII alone: curly quotes and dashes stay. */
  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");

  /** Articles between what Python's regular expressions take for the ends of a word. */
  private static final Pattern ARTICLE =
      Pattern.compile("(?<![\\p{L}\\p{N}_])(a|an|the)(?![\\p{L}\\p{N}_])");

  /** What Python takes for white space. */
  private static final Pattern SPACE = Pattern.compile("[\\p{IsWhite_Space}\\x1c-\\x1f]+");

  private TokenF1() {}

  /**
   * The best F1 that any reference gives, from 0 to 1. It is 0 where no word is common, also where
   * both sides have none.
   *
   * @throws IllegalArgumentException if there is no reference
   */
  public static double of(String prediction, List<String> references) {
    return references.stream()
        .mapToDouble(reference -> of(prediction, reference))
        .max()
        .orElseThrow(() -> new IllegalArgumentException("no reference"));
  }

  /** F1 against one reference, from 0 to 1. */
  public static double of(String prediction, String reference) {
    String[] predicted = words(prediction);
    String[] wanted = words(reference);
    Map<String, Integer> left = new HashMap<>();
    for (String word : wanted) {
      left.merge(word, 1, Integer::sum);
    }
    int common = 0;
    for (String word : predicted) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        common++;
      }
    }
    return common == 0 ? 0 : 2.0 * common / (predicted.length + wanted.length);
  }

  /** Lower case, without ASCII punctuation and English articles, one space between words. */
  static String normalised(String text) {
    String bare = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    String spaced = SPACE.matcher(ARTICLE.matcher(bare).replaceAll(" ")).replaceAll(" ");
    return spaced.strip();
  }

  private static String[] words(String text) {
    String normalised = normalised(text);
    return normalised.isEmpty() ? new String[0] : normalised.split(" ");
  }
}
