package org.msrnn.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.metric.AnswerType;

class SubmissionTest {
  @TempDir Path folder;

  private static Submission submission() {
    Map<String, String> squality = new LinkedHashMap<>();
    squality.put("q2", "Says \"no\",\nthen é.");
    squality.put("q1", "");
    return new Submission(Map.of("squality", squality));
  }

  @Test
  void csvQuotesWhatNeedsIt() {
    assertThat(submission().csv())
        .isEqualTo("Task,ID,Prediction\nsquality,q2,\"Says \"\"no\"\",\nthen é.\"\nsquality,q1,\n");
  }

  @Test
  void filesComeBackAsTheyWere() throws IOException {
    submission().write(folder);

    assertThat(Submission.read(folder)).isEqualTo(submission());
    assertThat(Files.readString(folder.resolve("preds_squality.json"))).contains("\"q1\" : \"\"");
    assertThat(folder.resolve("zero_scrolls_predictions.csv")).isRegularFile();

    Files.writeString(folder.resolve("preds_qasper.json"), "{\"a\": 1}");
    assertThatThrownBy(() -> Submission.read(folder))
        .hasMessageContaining("preds_qasper.json: the field 'a' is 1, allowed is a text");
  }

  @Test
  void missingAndRedundantIdsAreNamed() {
    assertThat(submission().problems("squality", List.of("q1", "q2"))).isEmpty();
    assertThat(submission().problems("squality", List.of("q2", "q3")))
        .containsExactly(
            "squality has no prediction for q3",
            "squality has predictions for ids that it does not have: q1");
    assertThat(submission().problems("qasper", List.of("1", "2", "3", "4", "5", "6", "7")))
        .containsExactly("qasper has no prediction for 1, 2, 3, 4, 5 and 2 more");
    assertThat(submission().missingTasks()).hasSize(9).doesNotContain("squality");
  }

  private static Answer answer(String prediction, String... references) {
    return new Answer(prediction, prediction, List.of(references), List.of(), Scoring.ROUGE);
  }

  @Test
  void officialMetricWritesItsDocumentedNumbers() {
    Map<String, Object> json =
        DatasetScore.of(
                List.of(
                    answer("exact match example", "exact match example"),
                    answer("hello there", "hello", "hi there"),
                    answer("general kenobi", "commander kenobi")))
            .official();

    assertThat(json)
        .containsExactly(
            Map.entry("rouge/rouge1", 72.2222),
            Map.entry("rouge/rouge2", 33.3333),
            Map.entry("rouge/rougeL", 72.2222),
            Map.entry("rouge/geometric_mean", 55.8136),
            Map.entry("num_predicted", 3L),
            Map.entry("mean_prediction_length_characters", 14.6667),
            Map.entry("scrolls_score", 55.8136),
            Map.entry("display_keys", List.of("rouge/rouge1", "rouge/rouge2", "rouge/rougeL")),
            Map.entry("display", List.of(72.2222, 33.3333, 72.2222)));
  }

  @Test
  void qasperHasItsOwnFieldsBeside() {
    var types = List.of(AnswerType.NONE, AnswerType.BOOLEAN);
    var references = List.of("Unanswerable", "Yes");
    Map<String, Object> json =
        DatasetScore.of(
                List.of(
                    new Answer("1", "yes", references, types, Scoring.F1),
                    new Answer("2", "", references, types, Scoring.F1)))
            .official();

    assertThat(json)
        .containsEntry("f1", 50.0)
        .containsEntry("scrolls_score", 50.0)
        .containsEntry("Answer F1", 0.5)
        .containsEntry("Answer F1 by type", Map.of("boolean", 1.0, "none", 0.0));
  }

  @Test
  void whatCannotBeScoredIsCountedAlone() {
    DatasetScore score =
        DatasetScore.of(List.of(new Answer("1", "text", List.of(), List.of(), Scoring.ROUGE)));

    assertThat(score.score()).isNaN();
    assertThat(score.official())
        .containsExactly(
            Map.entry("num_predicted", 1L), Map.entry("mean_prediction_length_characters", 4.0));
  }
}
