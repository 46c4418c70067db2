package org.msrnn.eval.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;

class RulerFileTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    RetrievalItems generator = Words.generator(5);
    List<RetrievalItem> items =
        new ArrayList<>(generator.items(List.of(RetrievalKind.values()), List.of(997), 30));
    items.addAll(generator.items(new NeedleMap(List.of(700), 3, 1, null)));

    List<Path> files = RulerFile.write(folder, items, Words::count);

    assertThat(files)
        .hasSize(RetrievalKind.values().length + 1)
        .contains(folder.resolve("vt/validation.jsonl"));
    List<RetrievalItem> read = new ArrayList<>();
    files.forEach(file -> read.addAll(RulerFile.read(file, 100, null)));
    assertThat(read)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("id")
        .containsExactlyInAnyOrderElementsOf(items);
    assertThat(read.getFirst().id()).isEqualTo("niah_single_1/validation.jsonl:1");
  }

  @Test
  void rowsHaveRulersFields() throws IOException {
    RetrievalItem item = Words.generator(5).item(RetrievalKind.NIAH_SINGLE_2, 700, 0);
    Path file = RulerFile.write(folder, List.of(item), Words::count).getFirst();
    Map<?, ?> row = Json.read(Files.readString(file), Map.class);

    int at = item.input().indexOf(item.answers().getFirst());
    assertThat(row.keySet().stream().map(Object::toString))
        .startsWith(
            "index",
            "input",
            "outputs",
            "length",
            "length_w_model_temp",
            "answer_prefix",
            "token_position_answer");
    assertThat(row.get("input")).isEqualTo(item.input());
    assertThat(row.get("outputs")).isEqualTo(item.answers());
    assertThat(row.get("length")).isEqualTo(Words.count(item.prompt()) + 128);
    assertThat(row.get("answer_prefix")).isEqualTo(item.answerPrefix());
    assertThat(row.get("index")).isEqualTo(item.input().codePointCount(0, at));
    assertThat(row.get("token_position_answer"))
        .isEqualTo(Words.count(item.input().substring(0, at)));
  }

  @Test
  void rulersOwnRowsAreRead() throws IOException {
    String row =
        "{\"index\": 3, \"input\": \"abc 7391846 defgh\", \"outputs\": [\"7391846\"], \"length\":"
            + " 4021, \"length_w_model_temp\": 4021, \"answer_prefix\": \" The number is\","
            + " \"token_position_answer\": 2}\n";
    Path file = file("4096/data/niah_single_1/validation.jsonl", "\ufeff" + row + "\n" + row);

    List<RetrievalItem> items = RulerFile.read(file, 100, null);

    assertThat(items).hasSize(2);
    assertThat(items.getLast())
        .isEqualTo(
            new RetrievalItem(
                "niah_single_1/validation.jsonl:3",
                "niah_single_1",
                "abc 7391846 defgh",
                " The number is",
                List.of("7391846"),
                Match.ALL,
                4021,
                4 / 17.0,
                128));
    assertThat(RulerFile.read(file, 1, 5).getFirst().newTokens()).isEqualTo(5);
    assertThat(RulerFile.read(file, 1, null)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "qa_1.jsonl, qa_1, ANY, 32",
    "vt/test.jsonl, vt, ALL, 30",
    "cwe/first ten.jsonl, cwe, ALL, 120",
    "some/my rows.jsonl, my_rows, ALL, 128"
  })
  void theTaskIsTheFilesOrItsFolders(String name, String task, Match match, int newTokens)
      throws IOException {
    Path file = file(name, "{\"input\": \"a\", \"outputs\": [\"b\"], \"length\": 9}");

    RetrievalItem item = RulerFile.read(file, 9, null).getFirst();

    assertThat(item.kind()).isEqualTo(task);
    assertThat(item.match()).isEqualTo(match);
    assertThat(item.newTokens()).isEqualTo(newTokens);
    assertThat(item.answerPrefix()).isEmpty();
    assertThat(item.depth()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"outputs\": [\"b\"], \"length\": 9}|input is missing, allowed is a text",
        "{\"input\": 5, \"outputs\": [\"b\"], \"length\": 9}|input is 5, allowed is a text",
        "{\"input\": \"a\\ud800\", \"outputs\": [\"b\"], \"length\": 9}|without halves of"
            + " surrogate",
        "{\"input\": \"a\", \"outputs\": [], \"length\": 9}|outputs is [], allowed is a list of"
            + " one",
        "{\"input\": \"a\", \"outputs\": \"b\", \"length\": 9}|outputs is \"b\", allowed is a list",
        "{\"input\": \"a\", \"outputs\": [\"\"], \"length\": 9}|none of them blank",
        "{\"input\": \"a\", \"outputs\": [7], \"length\": 9}|outputs is 7, allowed is a text",
        "{\"input\": \"a\", \"outputs\": [\"b\"]}|length is missing, allowed is a whole number",
        "{\"input\": \"a\", \"outputs\": [\"b\"], \"length\": 0}|length is 0, allowed is a whole",
        "{\"input\": \"a\", \"outputs\": [\"b\"], \"length\": 2.5}|length is 2.5",
        "{\"input\": \"a\", \"outputs\": [\"b\"], \"length\": 99999999999}|length is 99999999999",
        "{\"input\": \"a\", \"outputs\": [\"b\"], \"length\": 9, \"depth\": 2}|depth is 2, allowed",
        "{\"input\": \"a\", \"outputs\": [\"b\"], \"length\": 9, \"max_new_tokens\": 65537}|to"
            + " 65536",
        "{\"input\": \"a\", \"outputs\": [\"b\"], \"length\": 9, \"task\": \"../x\"}|task is"
            + " \"../x\"",
        "[1, 2]|this is not a JSON object",
        "{\"input\": \"a|this is not JSON",
        "{} {}|this is not JSON"
      })
  void badRowsAreRefusedWithFileAndLine(String row, String sentence) throws IOException {
    Path file =
        file("rows.jsonl", "{\"input\":\"a\",\"outputs\":[\"b\"],\"length\":9}\n\n" + row + "\n");

    assertThatThrownBy(() -> RulerFile.read(file, 9, null))
        .isInstanceOf(MsrnnException.class)
        .hasMessageStartingWith(file + ", line 3")
        .hasMessageContaining(sentence)
        .hasMessageNotContaining("\n");
  }

  @Test
  void filesThatHoldNoRowsAreRefused() throws IOException {
    Path empty = file("empty.jsonl", "\n\n");
    Path latin = folder.resolve("latin.jsonl");
    Files.write(latin, "{\"input\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> RulerFile.read(empty, 9, null))
        .hasMessage(empty + " holds no line of JSON, one or more are needed");
    assertThatThrownBy(() -> RulerFile.read(latin, 9, null))
        .hasMessageStartingWith(latin + ", line 1, byte 14: this is not UTF-8 text");
    assertThatThrownBy(() -> RulerFile.read(folder, 9, null))
        .hasMessage("cannot read " + folder + ": it is a folder");
    assertThatThrownBy(() -> RulerFile.read(folder.resolve("none"), 9, null))
        .hasMessageContaining("there is no such file");
  }

  @Test
  void deepAndEndlessLinesAreRefused() throws IOException {
    Path deep = file("deep.jsonl", "[".repeat(100_000));
    assertThatThrownBy(() -> RulerFile.read(deep, 9, null)).hasMessageContaining("line 1");

    Path zero = Path.of("/dev/zero");
    if (Files.exists(zero)) {
      assertThatThrownBy(() -> RulerFile.read(zero, 9, null))
          .hasMessage("/dev/zero, line 1: the line has more than 64 MiB, the most is 64 MiB");
    }
  }

  @Test
  void foldersThatCannotBeMadeAreNamed() throws IOException {
    Path taken = file("taken", "x");
    RetrievalItem item = Words.generator(5).item(RetrievalKind.NIAH_SINGLE_1, 700, 0);

    assertThatThrownBy(() -> RulerFile.write(taken, List.of(item), Words::count))
        .isInstanceOf(MsrnnException.class)
        .hasMessageStartingWith("cannot make the folder " + taken);
  }

  @Test
  void questionsAreReadFromJsonLines() throws IOException {
    Path file =
        file(
            "squad.jsonl",
            "{\"question\":\"Who?\",\"documents\":[\"It was"
                + " Ann.\"],\"answers\":[\"Ann\",\"Anne\"]}\n"
                + "{\"question\":\"What?\",\"documents\":[],\"answers\":[\"x\"]}\n");

    assertThatThrownBy(() -> QuestionFile.read(file))
        .hasMessage(file + ", line 2: documents is [], allowed is a list of one or more texts");
    Files.writeString(file, Files.readString(file).lines().limit(1).toList().getFirst());
    assertThat(QuestionFile.read(file))
        .containsExactly(
            new DocumentQuestion("Who?", List.of("It was Ann."), List.of("Ann", "Anne")));
  }
}
