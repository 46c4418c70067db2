package org.msrnn.eval.dataset;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a person and a model that reads nothing would score, to stand beside every run.
 *
 * <ul>
 *   <li>{@code human}: the first reference against the others;
 *   <li>{@code lead-200}: the first 200 words of the document against the same others. A good score
 *       here says how little the metric asks for.
 * </ul>
 *
 * Both are scored against one reference less than a run is, which costs them a little.
 */
public final class ReferenceRows {
  private static final int WORDS = 200;

  private ReferenceRows() {}

  /**
   * A question's answers by the name of their row: {@code human} where there are two references or
   * more of which each is an answer by itself, {@code lead-200} where there are and they are scored
   * by ROUGE.
   */
  public static Map<String, Answer> answers(Question question) {
    Map<String, Answer> answers = new LinkedHashMap<>();
    boolean alternatives = question.scoring() == Scoring.ROUGE || question.scoring() == Scoring.F1;
    if (alternatives && question.references().size() > 1) {
      answers.put("human", withoutFirst(question, question.references().getFirst()));
      if (question.scoring() == Scoring.ROUGE) {
        answers.put("lead-" + WORDS, withoutFirst(question, lead(question.prompt().document())));
      }
    }
    return answers;
  }

  private static Answer withoutFirst(Question question, String prediction) {
    int all = question.references().size();
    List<String> others = question.references().subList(1, all);
    return new Answer(
        question.id(),
        prediction,
        others,
        question.answerTypes().isEmpty() ? List.of() : question.answerTypes().subList(1, all),
        question.scoring());
  }

  /** The first words of a text. */
  static String lead(String text) {
    return Arrays.stream(text.strip().split("(?U)\\s+", WORDS + 1))
        .limit(WORDS)
        .collect(Collectors.joining(" "));
  }
}
