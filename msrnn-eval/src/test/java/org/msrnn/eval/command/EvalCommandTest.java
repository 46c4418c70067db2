package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.journal.Journal;

class EvalCommandTest {
  private static final String STORIES =
      """
      {"metadata":{"passage_id":"1"},"document":"The old captain kept a cat. It slept all day.",\
      "questions":[{"question_text":"Who slept?","question_number":1,"responses":\
      [{"response_text":"The cat slept."},{"response_text":"The old cat slept all day."}]},\
      {"question_text":"Who kept it?","question_number":2,"responses":\
      [{"response_text":"A captain."},{"response_text":"The old captain."}]}]}
      """;

  @TempDir Path folder;
  private Path data;
  private Path out;

  @BeforeEach
  void write() throws IOException {
    data = folder.resolve("dev.jsonl");
    out = folder.resolve("out");
    Files.writeString(data, STORIES);
  }

  private Cli eval(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "eval",
                "squality",
                "--data",
                data.toString(),
                "--policies",
                "full,tova,baseline",
                "--states",
                "40",
                "--max-new",
                "4",
                "--out",
                out.toString()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  @Test
  @SuppressWarnings("unchecked")
  void answersAreScoredExportedAndResumed() throws IOException {
    Cli cli = eval("--json");

    assertThat(cli.code()).as(cli.err()).isZero();
    List<Map<String, Object>> rows = (List<Map<String, Object>>) cli.json().get("summary");
    assertThat(rows)
        .extracting(row -> row.get("policy"))
        .containsExactly("full", "tova", "baseline", "human", "lead-200");
    Map<String, Object> human = metrics("human-*");
    // "The cat slept." / "The old cat slept all day." and "A captain." / "The old captain."
    assertThat(human)
        .containsEntry("rouge/rouge1", 53.3333) // (2*3/9 + 2*1/5) / 2
        .containsEntry("rouge/rouge2", 14.2857) // (2*1/7 + 0) / 2
        .containsEntry("num_predicted", 2);
    assertThat(metrics("tova-40-*")).containsKey("rouge/geometric_mean");

    Path answers = only("baseline-40-*");
    Map<String, String> predictions =
        Json.read(Files.readString(answers.resolve("preds_squality.json")), Map.class);
    assertThat(predictions).containsOnlyKeys("1_1", "1_2");
    assertThat(Files.readString(answers.resolve("zero_scrolls_predictions.csv")))
        .startsWith("Task,ID,Prediction\nsquality,1_1,");
    assertThat(answers.resolve("settings.json")).content().contains("\"prompt\" : \"paper\"");

    Cli again = eval();
    assertThat(again.err()).contains("0 of 10 cells computed, 10 were there");
    assertThat(again.out()).contains("understanding: squality").contains("lead-200");
    assertThat(Journal.read(out.resolve("journal.jsonl"))).hasSize(10);
  }

  private Path only(String glob) throws IOException {
    try (var found = Files.newDirectoryStream(out.resolve("answers"), glob)) {
      List<Path> all = new ArrayList<>();
      found.forEach(all::add);
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> metrics(String glob) throws IOException {
    return Json.read(Files.readString(only(glob).resolve("metrics_squality.json")), Map.class);
  }

  @Test
  void promptOfTheBaselineFitsItsState() {
    assertThat(eval("--limit", "1").code()).isZero();

    List<String> records = Journal.read(out.resolve("journal.jsonl"));
    assertThat(records).hasSize(5); // full, tova, baseline, human, lead-200
    String line =
        records.stream()
            .filter(record -> record.contains("\"policy\":\"baseline\""))
            .findFirst()
            .orElseThrow();
    assertThat(line).contains("\"promptTokens\":40,").contains("\"truncated\":true");
  }

  @Test
  void wrongUsageIsOneSentence() throws IOException {
    assertThat(eval("--prompt", "mine").code()).isEqualTo(2);
    assertThat(eval("--prompt", "mine").err())
        .contains("prompt is 'mine', allowed is paper, zero-scrolls, zero-scrolls-chat");
    assertThat(eval("--limit", "0").code()).isEqualTo(2);
    assertThat(eval("--max-tokens", "0").code()).isEqualTo(2);
    Files.writeString(data, STORIES + "{\"metadata\": 3}");
    Cli broken = eval();
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err()).contains("dev.jsonl, line 2: ");
    assertThat(Cli.run("eval", "squality").code()).isEqualTo(2);
    assertThat(Cli.run("eval", "squalid", "--data", data.toString()).err())
        .contains("TASK is 'squalid', allowed is gov_report, ");
  }
}
