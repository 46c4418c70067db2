package org.msrnn.eval.dataset;

import java.util.List;
import org.msrnn.eval.metric.AnswerType;

/**
 * A prediction beside the right answers, which is all that a score depends on.
 *
 * @param id the question's
 * @param prediction what was answered; empty where nothing was
 * @param references right answers; may be empty
 * @param types the type of each reference, or empty
 * @param scoring how it is scored
 */
public record Answer(
    String id,
    String prediction,
    List<String> references,
    List<AnswerType> types,
    Scoring scoring) {

  /** An answer to a question. */
  public static Answer of(Question question, String prediction) {
    return new Answer(
        question.id(),
        prediction,
        question.references(),
        question.answerTypes(),
        question.scoring());
  }
}
