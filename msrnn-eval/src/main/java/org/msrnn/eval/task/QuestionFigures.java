package org.msrnn.eval.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.eval.dataset.Answer;
import org.msrnn.eval.dataset.AnswerScore;
import org.msrnn.eval.dataset.DatasetScore;
import org.msrnn.eval.dataset.Question;
import org.msrnn.eval.dataset.Scoring;

/**
 * What was answered to a question about a document.
 *
 * @param dataset the dataset
 * @param answer the prediction, and what it is scored against
 * @param promptTokens tokens of the prompt, BOS included
 * @param newTokens tokens of the prediction
 * @param truncated whether a part of the document was cut
 * @param state how large the multi-state became
 */
public record QuestionFigures(
    String dataset,
    Answer answer,
    long promptTokens,
    long newTokens,
    boolean truncated,
    StateFigures state)
    implements Figures {

  /** What a person or a rule answers, without a model. */
  public static QuestionFigures reference(Question question, Answer answer) {
    return new QuestionFigures(question.dataset(), answer, 0, 0, false, StateFigures.NONE);
  }

  /** In per cent. */
  @Override
  public Map<String, Double> metrics() {
    return percent(AnswerScore.of(answer.scoring(), answer.prediction(), answer.references()));
  }

  @Override
  public Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("prediction", answer.prediction());
    texts.put("references", String.join("\n", answer.references()));
    return texts;
  }

  /** The means over all items of a dataset in per cent, and {@code score} first. */
  public static Map<String, Double> total(List<QuestionFigures> items) {
    Map<String, Double> total = new LinkedHashMap<>();
    DatasetScore score = DatasetScore.of(items.stream().map(QuestionFigures::answer).toList());
    if (score.scored() > 0) {
      total.put("score", 100 * score.score());
    }
    if (score.scoring() == Scoring.ROUGE) {
      total.putAll(percent(score.means()));
    }
    return total;
  }

  private static Map<String, Double> percent(Map<String, Double> shares) {
    Map<String, Double> percent = new LinkedHashMap<>();
    shares.forEach((name, share) -> percent.put(name, 100 * share));
    return percent;
  }
}
