package org.msrnn.eval.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a retrieval item found.
 *
 * @param kind the task: RULER's name for it, or another
 * @param length tokens asked for, of prompt and answer together
 * @param depth the share of the haystack that stands before the answer, from 0 to 1; null if it has
 *     no one place
 * @param score how much of what was asked for the prediction contains, from 0 to 1
 * @param prediction what the model wrote
 * @param answers what it should have written
 * @param promptTokens tokens of the prompt, BOS included
 * @param newTokens tokens it wrote
 * @param state how large the multi-state became
 */
public record RetrievalFigures(
    String kind,
    int length,
    @Nullable Double depth,
    double score,
    String prediction,
    List<String> answers,
    long promptTokens,
    long newTokens,
    StateFigures state)
    implements Figures {

  @Override
  public Map<String, Double> metrics() {
    return Map.of("accuracy", 100 * score);
  }

  /**
   * The mean accuracy of each kind and of each length, where there are several: {@code
   * accuracy/niah_single_1}, {@code accuracy/4096}.
   */
  public static Map<String, Double> parts(List<RetrievalFigures> items) {
    Map<String, Double> parts = new LinkedHashMap<>();
    List.<Function<RetrievalFigures, Object>>of(RetrievalFigures::kind, RetrievalFigures::length)
        .forEach(
            part -> {
              Map<Object, Double> means =
                  items.stream()
                      .collect(
                          Collectors.groupingBy(
                              part,
                              LinkedHashMap::new,
                              Collectors.averagingDouble(item -> 100 * item.score)));
              if (means.size() > 1) {
                means.forEach((name, mean) -> parts.put("accuracy/" + name, mean));
              }
            });
    return parts;
  }

  @Override
  public Map<String, String> texts() {
    return Map.of("prediction", prediction, "references", String.join(" ", answers));
  }
}
