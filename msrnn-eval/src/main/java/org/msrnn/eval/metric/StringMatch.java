package org.msrnn.eval.metric;

import java.util.List;
import java.util.Locale;

/**
 * RULER's scores: whether reference strings occur in a prediction, whatever their case (Hsieh et
 * al., arXiv 2404.06654).
 */
public final class StringMatch {
  private StringMatch() {}

  /** The share of the references that the prediction contains, from 0 to 1. */
  public static double all(String prediction, List<String> references) {
    return (double) found(prediction, references) / references.size();
  }

  /** 1 if the prediction contains any of the references, else 0. */
  public static double any(String prediction, List<String> references) {
    return found(prediction, references) > 0 ? 1 : 0;
  }

  private static long found(String prediction, List<String> references) {
    if (references.isEmpty()) {
      throw new IllegalArgumentException("no reference");
    }
    // Control characters go first, as in RULER's and kvpress's scripts.
    String text = prediction.replaceAll("[\\x00-\\x1f]", "\n").strip().toLowerCase(Locale.ROOT);
    return references.stream().filter(r -> text.contains(r.toLowerCase(Locale.ROOT))).count();
  }
}
