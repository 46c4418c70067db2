package org.msrnn.eval.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/**
 * ROUGE F-measures (Lin 2004) as the metric of SCROLLS computes them (Shaham et al., arXiv
 * 2201.03533): no stemming, and every character but a-z and 0-9 separates words, so that a letter
 * with an accent does too.
 *
 * @param rouge1 overlap of words, from 0 to 1
 * @param rouge2 overlap of pairs of words, from 0 to 1
 * @param rougeL longest common subsequence of words, from 0 to 1
 */
public record Rouge(double rouge1, double rouge2, double rougeL) {
  /** No overlap. */
  public static final Rouge ZERO = new Rouge(0, 0, 0);

  private static final Pattern SEPARATOR = Pattern.compile("[^a-z0-9]+");

  /**
   * The scores of a prediction: of each key the best that any reference gives, which may be another
   * reference for another key.
   *
   * @throws IllegalArgumentException if there is no reference
   */
  public static Rouge of(String prediction, List<String> references) {
    if (references.isEmpty()) {
      throw new IllegalArgumentException("no reference");
    }
    Map<String, Integer> vocabulary = new HashMap<>();
    int[] predicted = words(prediction, vocabulary);
    Map<Long, Integer> single = grams(predicted, 1);
    Map<Long, Integer> pairs = grams(predicted, 2);
    Rouge best = ZERO;
    for (String reference : references) {
      int[] wanted = words(reference, vocabulary);
      best =
          best.max(
              new Rouge(
                  overlap(single, predicted.length, wanted, 1),
                  overlap(pairs, predicted.length, wanted, 2),
                  f(commonSubsequence(predicted, wanted), predicted.length, wanted.length)));
    }
    return best;
  }

  /** The mean of each key; of no scores, NaN. */
  public static Rouge mean(List<Rouge> scores) {
    return new Rouge(
        mean(scores, Rouge::rouge1), mean(scores, Rouge::rouge2), mean(scores, Rouge::rougeL));
  }

  private static double mean(List<Rouge> scores, ToDoubleFunction<Rouge> key) {
    return scores.stream().mapToDouble(key).average().orElse(Double.NaN);
  }

  /**
   * {@code (rouge1 * rouge2 * rougeL)^(1/3)}. Of a dataset's {@link #mean}, the score of SCROLLS
   * and of the paper (arXiv 2401.06104, section 4.2); the mean of examples' own values is another
   * number.
   */
  public double geometricMean() {
    return Math.cbrt(rouge1 * rouge2 * rougeL);
  }

  private Rouge max(Rouge other) {
    return new Rouge(
        Math.max(rouge1, other.rouge1),
        Math.max(rouge2, other.rouge2),
        Math.max(rougeL, other.rougeL));
  }

  /** The words as numbers: equal ones have the same. */
  private static int[] words(String text, Map<String, Integer> vocabulary) {
    List<Integer> words = new ArrayList<>();
    for (String word : SEPARATOR.split(text.toLowerCase(Locale.ROOT))) {
      if (!word.isEmpty()) {
        words.add(vocabulary.computeIfAbsent(word, w -> vocabulary.size()));
      }
    }
    return words.stream().mapToInt(Integer::intValue).toArray();
  }

  /** How often each run of {@code n} words occurs, n being 1 or 2. */
  private static Map<Long, Integer> grams(int[] words, int n) {
    Map<Long, Integer> counts = new HashMap<>();
    for (int i = n - 1; i < words.length; i++) {
      long before = n == 2 ? words[i - 1] : 0;
      counts.merge(before << 32 | words[i], 1, Integer::sum);
    }
    return counts;
  }

  /** F of the runs of {@code n} words that both have, each counted as often as both have it. */
  private static double overlap(
      Map<Long, Integer> predicted, int predictedWords, int[] wanted, int n) {
    long hits = 0;
    for (Map.Entry<Long, Integer> gram : grams(wanted, n).entrySet()) {
      hits += Math.min(gram.getValue(), predicted.getOrDefault(gram.getKey(), 0));
    }
    return f(hits, predictedWords - n + 1, wanted.length - n + 1);
  }

  /** The F-measure: {@code 2PR / (P + R)}, 0 where nothing is common. */
  private static double f(long hits, int predicted, int wanted) {
    return hits == 0 ? 0 : 2.0 * hits / (predicted + wanted);
  }

  /** Length of the longest common subsequence, in memory of the shorter side. */
  private static int commonSubsequence(int[] a, int[] b) {
    int[] shorter = a.length < b.length ? a : b;
    int[] longer = a.length < b.length ? b : a;
    int[] lengths = new int[shorter.length + 1];
    for (int word : longer) {
      int diagonal = 0;
      for (int j = 1; j <= shorter.length; j++) {
        int above = lengths[j];
        lengths[j] = word == shorter[j - 1] ? diagonal + 1 : Math.max(above, lengths[j - 1]);
        diagonal = above;
      }
    }
    return lengths[shorter.length];
  }
}
