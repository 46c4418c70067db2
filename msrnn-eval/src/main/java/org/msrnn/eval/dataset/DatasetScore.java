package org.msrnn.eval.dataset;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.msrnn.eval.metric.AnswerType;
import org.msrnn.eval.metric.QasperF1;
import org.msrnn.eval.metric.Rouge;

/**
 * The score of a dataset: means over its questions, from 0 to 1.
 *
 * @param scoring how its questions are scored
 * @param predicted questions with a prediction
 * @param scored of which with a score
 * @param characters mean length of a prediction in code points
 * @param means mean of each metric by name
 * @param byType mean F1 by type of answer; empty where there are no types
 */
public record DatasetScore(
    Scoring scoring,
    long predicted,
    long scored,
    double characters,
    Map<String, Double> means,
    Map<AnswerType, Double> byType) {

  /**
   * Scores the answers of one dataset.
   *
   * @param answers one or more, all scored in the same way
   */
  public static DatasetScore of(List<Answer> answers) {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    List<QasperF1> typed = new ArrayList<>();
    long scored = 0;
    for (Answer answer : answers) {
      Map<String, Double> metrics =
          AnswerScore.of(answer.scoring(), answer.prediction(), answer.references());
      metrics.forEach((k, v) -> values.computeIfAbsent(k, n -> new ArrayList<>()).add(v));
      scored += metrics.isEmpty() ? 0 : 1;
      if (!answer.types().isEmpty()) {
        typed.add(QasperF1.of(answer.prediction(), answer.references(), answer.types()));
      }
    }
    Map<String, Double> means = new LinkedHashMap<>();
    values.forEach((k, v) -> means.put(k, v.stream().mapToDouble(d -> d).average().orElseThrow()));
    double characters =
        answers.stream()
            .mapToInt(a -> a.prediction().codePointCount(0, a.prediction().length()))
            .average()
            .orElse(Double.NaN);
    return new DatasetScore(
        answers.getFirst().scoring(),
        answers.size(),
        scored,
        characters,
        means,
        QasperF1.byType(typed));
  }

  /**
   * The one number by which runs are compared: the geometric mean of the three ROUGE means, or the
   * mean of the only metric. NaN where nothing could be scored.
   */
  public double score() {
    if (means.isEmpty()) {
      return Double.NaN;
    }
    return scoring == Scoring.ROUGE
        ? new Rouge(mean("rouge1"), mean("rouge2"), mean("rougeL")).geometricMean()
        : means.values().iterator().next();
  }

  private double mean(String name) {
    return means.getOrDefault(name, Double.NaN);
  }

  /**
   * The JSON object that the metric of SCROLLS writes, in percent with four decimals; {@code
   * rouge/rougeLsum} is not in it, since it needs sentences. QASPER has the fields of its own
   * evaluator beside that, from 0 to 1 as there.
   */
  public Map<String, Object> official() {
    Map<String, Object> json = new LinkedHashMap<>();
    String family = scoring == Scoring.ROUGE ? "rouge/" : "";
    means.forEach((name, mean) -> json.put(family + name, percent(mean)));
    List<String> display = List.copyOf(json.keySet());
    if (scoring == Scoring.ROUGE && scored > 0) {
      json.put("rouge/geometric_mean", percent(score()));
    }
    json.put("num_predicted", predicted);
    json.put("mean_prediction_length_characters", rounded(characters));
    if (scored > 0) {
      json.put("scrolls_score", percent(score()));
      json.put("display_keys", display);
      json.put("display", display.stream().map(json::get).toList());
    }
    if (!byType.isEmpty()) {
      json.put("Answer F1", mean("f1"));
      Map<String, Double> types = new LinkedHashMap<>();
      byType.forEach((type, f1) -> types.put(type.name().toLowerCase(Locale.ROOT), f1));
      json.put("Answer F1 by type", types);
    }
    return json;
  }

  private static double percent(double share) {
    return rounded(100 * share);
  }

  private static double rounded(double value) {
    return BigDecimal.valueOf(value).setScale(4, RoundingMode.HALF_EVEN).doubleValue();
  }
}
