package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.dataset.Answer;
import org.msrnn.eval.dataset.DatasetScore;
import org.msrnn.eval.dataset.PromptStyle;
import org.msrnn.eval.dataset.Question;
import org.msrnn.eval.dataset.QuestionFile;
import org.msrnn.eval.dataset.ReferenceRows;

/** SQuALITY v1.3, development split: what people and the first 200 words score there. */
class SqualityScoresTest {
  @Test
  void humanAndLeadRowsAreTheKnownOnes() {
    List<Question> questions =
        new QuestionFile(SharedFiles.file("data/squality/dev.jsonl"), "validation")
            .read(
                new QuestionFile.Wanted(
                    "squality", PromptStyle.PAPER, Map.of(), Integer.MAX_VALUE));

    assertThat(questions).hasSize(125).allSatisfy(q -> assertThat(q.references()).hasSize(4));
    assertThat(questions.stream().map(Question::document).distinct()).hasSize(25);

    Map<String, List<Answer>> answers = new TreeMap<>();
    questions.forEach(
        question ->
            ReferenceRows.answers(question)
                .forEach(
                    (row, answer) ->
                        answers.computeIfAbsent(row, r -> new ArrayList<>()).add(answer)));
    Map<String, DatasetScore> rows = new TreeMap<>();
    answers.forEach((row, all) -> rows.put(row, DatasetScore.of(all)));
    assertThat(rows).containsOnlyKeys("human", "lead-200");
    assertThat(rows).hasEntrySatisfying("human", row(44.0631, 11.3271, 21.6487, 22.1076));
    assertThat(rows).hasEntrySatisfying("lead-200", row(28.0704, 4.0296, 13.5367, 11.5259));
  }

  private static Consumer<DatasetScore> row(double r1, double r2, double rl, double mean) {
    return score ->
        assertThat(score.official())
            .containsEntry("num_predicted", 125L)
            .containsEntry("rouge/rouge1", r1)
            .containsEntry("rouge/rouge2", r2)
            .containsEntry("rouge/rougeL", rl)
            .containsEntry("rouge/geometric_mean", mean);
  }
}
