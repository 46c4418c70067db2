package org.msrnn.eval.metric;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * QASPER's score of one answer: the best F1 over its references, and the type of the reference that
 * gave it (of equal ones the first). A question counts for that type alone when means are taken by
 * type.
 *
 * @param f1 from 0 to 1
 * @param type the type of the best reference
 */
public record QasperF1(double f1, AnswerType type) {

  /**
   * Scores an answer; one that is missing is scored as the empty text, which gives 0.
   *
   * @param references one or more
   * @param types the type of each reference
   */
  public static QasperF1 of(String prediction, List<String> references, List<AnswerType> types) {
    if (references.isEmpty() || references.size() != types.size()) {
      throw new IllegalArgumentException(
          references.size() + " references with " + types.size() + " types");
    }
    QasperF1 best = new QasperF1(-1, types.getFirst());
    for (int i = 0; i < references.size(); i++) {
      double f1 = TokenF1.of(prediction, references.get(i));
      if (f1 > best.f1) {
        best = new QasperF1(f1, types.get(i));
      }
    }
    return best;
  }

  /** Mean F1 by type, of the types that occur. */
  public static Map<AnswerType, Double> byType(List<QasperF1> scores) {
    Map<AnswerType, List<Double>> all = new EnumMap<>(AnswerType.class);
    scores.forEach(s -> all.computeIfAbsent(s.type, t -> new ArrayList<>()).add(s.f1));
    Map<AnswerType, Double> means = new EnumMap<>(AnswerType.class);
    all.forEach(
        (type, f1) -> means.put(type, f1.stream().mapToDouble(d -> d).average().orElseThrow()));
    return means;
  }
}
