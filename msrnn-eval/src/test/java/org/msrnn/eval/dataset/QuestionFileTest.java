package org.msrnn.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.metric.AnswerType;

class QuestionFileTest {
  private static final String FACE = "\uD83D\uDE00"; // one code point, two chars

  @TempDir Path folder;

  private List<Question> read(String task, PromptStyle style, int limit, String... lines)
      throws IOException {
    Path file = folder.resolve("data.jsonl");
    Files.writeString(file, String.join("\n", lines));
    return new QuestionFile(file, "validation")
        .read(new QuestionFile.Wanted(task, style, Map.of(), limit));
  }

  private List<Question> read(String task, String... lines) throws IOException {
    return read(task, PromptStyle.ZERO_SCROLLS, 100, lines);
  }

  /** A ZeroSCROLLS record; its offsets are counted in code points, as Python does. */
  private static Map<String, Object> record(String id, @Nullable String output) {
    String head = "Read " + FACE + ".\n\nStory:\n";
    String document = "A " + FACE + FACE + " met a cat.";
    String query = "Question:\nWho met " + FACE + "?\n\n";
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("id", id);
    record.put("pid", id);
    record.put("input", head + document + "\n\n" + query + "Answer:\n");
    record.put("output", output);
    record.put("document_start_index", points(head));
    record.put("document_end_index", points(head + document));
    record.put("query_start_index", points(head + document + "\n\n"));
    record.put("query_end_index", points(head + document + "\n\n" + query.stripTrailing()));
    record.put("truncation_seperator", "... [cut]\n\n");
    return record;
  }

  private static int points(String text) {
    return text.codePointCount(0, text.length());
  }

  @Test
  void offsetsAreCodePoints() throws IOException {
    Question question = read("squality", Json.line(record("q1", "A dog."))).getFirst();

    assertThat(question.prompt().document()).isEqualTo("A " + FACE + FACE + " met a cat.\n\n");
    assertThat(question.prompt().prefix()).startsWith("Read " + FACE + ".\n\nStory:\nA ");
    assertThat(question.prompt().suffix())
        .isEqualTo("Question:\nWho met " + FACE + "?\n\nAnswer:\n");
    assertThat(question.prompt().separator()).isEqualTo("... [cut]\n\n");
    assertThat(question.references()).containsExactly("A dog.");
    assertThat(question.maxNewTokens()).isEqualTo(512);
    assertThat(question.scoring()).isEqualTo(Scoring.ROUGE);
  }

  @Test
  void paperAsksAfterTheDocument() throws IOException {
    Prompt prompt =
        read("squality", PromptStyle.PAPER, 9, Json.line(record("q", null))).getFirst().prompt();

    assertThat(prompt.prefix()).isEqualTo("A " + FACE + FACE + " met a cat.");
    assertThat(prompt.suffix())
        .isEqualTo(
            "\n\nAnswer the question in a paragraph.\n\nQuestion:\nWho met "
                + FACE
                + "?\n\nAnswer:");
  }

  @Test
  void chatModelsAreAskedForNoExplanationAndGetNoAnswerHeader() throws IOException {
    String line = Json.line(record("q", null));
    Prompt summary = read("squality", PromptStyle.ZERO_SCROLLS_CHAT, 9, line).getFirst().prompt();
    Prompt answer = read("qasper", PromptStyle.ZERO_SCROLLS_CHAT, 9, line).getFirst().prompt();

    assertThat(summary.prefix()).startsWith("Read " + FACE + ".\n\nStory:");
    assertThat(answer.prefix())
        .startsWith("Read " + FACE + ". Do not provide any explanation.\n\nStory:");
    assertThat(answer.document()).isEqualTo("A " + FACE + FACE + " met a cat.\n\n");
    assertThat(answer.suffix()).isEqualTo("Question:\nWho met " + FACE + "?");
  }

  @Test
  void rowsWithOneIdAreReferencesOfOneQuestionAndHiddenOnesAreNone() throws IOException {
    List<Question> questions =
        read(
            "squality",
            Json.line(record("b", "one")),
            Json.line(record("a", null)),
            "",
            Json.line(record("b", "two")));

    assertThat(questions).extracting(Question::id).containsExactly("b", "a");
    assertThat(questions.getFirst().references()).containsExactly("one", "two");
    assertThat(questions.get(1).references()).isEmpty();
    assertThat(questions.get(1).scored()).isFalse();
    assertThat(questions.getFirst().document()).isEqualTo(questions.get(1).document());
  }

  @Test
  void limitCutsQuestionsNotTheirReferences() throws IOException {
    List<Question> questions =
        read(
            "squality",
            PromptStyle.ZERO_SCROLLS,
            1,
            Json.line(record("a", "one")),
            Json.line(record("a", "two")),
            Json.line(record("b", "three")));

    assertThat(questions).hasSize(1);
    assertThat(questions.getFirst().references()).containsExactly("one", "two");
  }

  @Test
  void recordsOfScrollsHoldTheQuestionFirst() throws IOException {
    Prompt prompt =
        read(
                "qasper",
                "{\"id\":\"1\",\"pid\":\"1_0\",\"input\":\"Why?\\n"
                    + "\\n"
                    + "A.\\n"
                    + "\\n"
                    + "B.\",\"output\":\"x\"}")
            .getFirst()
            .prompt();

    assertThat(prompt.text())
        .startsWith("You are given a scientific article and a question.")
        .endsWith("or \"unanswerable\".\n\nArticle:\nA.\n\nB.\n\nQuestion:\nWhy?\n\nAnswer:\n");
    assertThat(prompt.separator()).isEqualTo("... [The rest of the article is omitted]\n\n");

    Prompt report =
        read("gov_report", "{\"id\":\"1\",\"pid\":\"1\",\"input\":\"A.\\n\\nB.\",\"output\":\"x\"}")
            .getFirst()
            .prompt();
    assertThat(report.text())
        .isEqualTo(
            "You are given a report by a government agency. Write a one-page summary of the"
                + " report.\n\nReport:\nA.\n\nB.\n\nSummary:\n");
    assertThat(report.suffix()).isEqualTo("Summary:\n");
  }

  @Test
  void tasksWithoutAQueryNeedNoQueryOffsets() throws IOException {
    Map<String, Object> record = record("r", "x");
    record.put("query_start_index", -1);
    record.remove("query_end_index");

    Prompt prompt = read("gov_report", Json.line(record)).getFirst().prompt();
    assertThat(prompt.document()).isEqualTo("A " + FACE + FACE + " met a cat.\n\n");
    assertThat(prompt.suffix()).startsWith("Question:").endsWith("Answer:\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "document_start_index | 3000 | 'document_start_index' is 3000, allowed is from 0 to 63",
        "document_end_index | 2 | 'document_end_index' is 2, allowed is from 16 to 63",
        "query_end_index | 1 | 'query_end_index' is 1, allowed is from 33 to 63",
        "query_start_index | -1 | 'query_start_index' is -1, allowed is a whole number",
        "query_start_index | 1.5 | 'query_start_index' is 1.5, allowed is a whole number",
        "document_end_index | \"7\" | 'document_end_index' is \"7\", allowed is a whole number",
        "output | [] | 'output' is a list, allowed is a text",
        "id | null | 'id' is null, allowed is a text",
        "id | \" \" | 'id' is an empty text, allowed is a text of one character or more",
        "output | \"\\ud83d\" | 'output' is a text with half a surrogate pair"
      })
  void whatIsWrongIsNamedWithItsLine(String field, String json, String sentence) {
    Map<String, Object> record = record("q", "x");
    record.put(field, Json.read(json, Object.class));

    assertThatThrownBy(() -> read("squality", Json.line(record("p", "x")), asciiLine(record)))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("data.jsonl, line 2: the field " + sentence);
  }

  /** JSON as Python writes it: half a pair of surrogates stays an escape. */
  private static String asciiLine(Map<String, Object> record) {
    StringBuilder ascii = new StringBuilder();
    for (char c : Json.line(record).toCharArray()) {
      ascii.append(c < 128 ? String.valueOf(c) : String.format("\\u%04x", (int) c));
    }
    return ascii.toString();
  }

  @Test
  void linesThatAreNoRecordsAreNamed() {
    String good = Json.line(record("p", "x"));

    assertThatThrownBy(() -> read("squality", good, "", "{\"id\": tru}"))
        .hasMessageContaining("data.jsonl, line 3, column ");
    assertThatThrownBy(() -> read("squality", good, "[1]"))
        .hasMessageContaining("line 2 holds a list, allowed is a JSON object");
    assertThatThrownBy(() -> read("squality", good + " {}")).hasMessageContaining("line 1");
    assertThatThrownBy(() -> read("squality", "{\"id\":\"1\",\"id\":\"2\"}"))
        .hasMessageContaining("line 1");
    assertThatThrownBy(() -> read("squality", "[".repeat(100_000))).hasMessageContaining("line 1");
    assertThatThrownBy(() -> read("squality", "", "\n")).hasMessageContaining("holds no question");
    assertThatThrownBy(() -> read("squalid", good))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("gov_report, ");
    assertThatThrownBy(() -> read("quality", PromptStyle.PAPER, 9, good))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("squality and qasper");
  }

  @Test
  void oneIdHasOneInput() {
    Map<String, Object> other = record("q", "x");
    other.put("input", other.get("input") + "!");

    assertThatThrownBy(() -> read("squality", Json.line(record("q", "y")), Json.line(other)))
        .hasMessageContaining("line 2: the field 'input' is another one than before");
  }

  @Test
  void squalityIsAStoryALine() throws IOException {
    String story =
        """
        {"metadata":{"passage_id":"63","uid":"u","license":"l"},"document":"Once.","questions":[\
        {"question_text":"What?","question_number":1,"responses":[{"worker_id":"1","uid":"a",\
        "response_text":"This."},{"worker_id":"2","uid":"b","response_text":"That."}]},\
        {"question_text":"Who?","question_number":2,"responses":[]}]}\
        """;
    List<Question> questions = read("squality", PromptStyle.PAPER, 9, story);

    assertThat(questions).extracting(Question::id).containsExactly("63_1", "63_2");
    assertThat(questions.getFirst().references()).containsExactly("This.", "That.");
    assertThat(questions).extracting(Question::document).containsOnly("63");
    assertThat(questions.get(1).prompt().text())
        .isEqualTo("Once.\n\nAnswer the question in a paragraph.\n\nQuestion:\nWho?\n\nAnswer:");
    assertThatThrownBy(() -> read("squality", story, story))
        .hasMessageContaining("line 2: the field 'question_number'");
  }

  private static final String PAPER =
      """
      {"p1": {"title": "T", "abstract": "Abs.", "full_text": [
          {"section_name": "One", "paragraphs": ["a", "", "b"]},
          {"section_name": null, "paragraphs": ["c"]}],
        "qas": [{"question": "Q?", "question_id": "q1", "answers": [
          {"answer": {"unanswerable": true, "extractive_spans": [], "yes_no": null, "free_form_answer": ""}},
          {"answer": {"unanswerable": false, "extractive_spans": ["x", "y"], "yes_no": null, "free_form_answer": ""}},
          {"answer": {"unanswerable": false, "extractive_spans": [], "yes_no": null, "free_form_answer": "own"}},
          {"answer": {"unanswerable": false, "extractive_spans": [], "yes_no": false, "free_form_answer": ""}},
          {"answer": {"unanswerable": false, "extractive_spans": [], "yes_no": true, "free_form_answer": ""}}]}]},
       "p2": {"title": "U", "abstract": "", "full_text": [], "qas": []}}
      """;

  @Test
  void qasperIsAnObjectOfPapers() throws IOException {
    Question question = read("qasper", PromptStyle.PAPER, 9, PAPER).getFirst();

    assertThat(question.prompt().document()).isEqualTo("T\n\nAbs.\n\nOne\na\nb\n\nc");
    assertThat(question.prompt().suffix()).contains("“unanswerable”").endsWith("Q?\n\nAnswer:");
    assertThat(question.references()).containsExactly("Unanswerable", "x, y", "own", "No", "Yes");
    assertThat(question.answerTypes())
        .containsExactly(
            AnswerType.NONE,
            AnswerType.EXTRACTIVE,
            AnswerType.ABSTRACTIVE,
            AnswerType.BOOLEAN,
            AnswerType.BOOLEAN);
    assertThat(question.maxNewTokens()).isEqualTo(128);
  }

  @Test
  void paperThatIsBrokenIsNamed() {
    assertThatThrownBy(() -> read("qasper", PAPER.replace("\"yes_no\": true", "\"yes_no\": null")))
        .hasMessageContaining("line 1, paper p1: the field 'answer' is empty");
    assertThatThrownBy(() -> read("qasper", PAPER.replace("\"abstract\": \"\",", "")))
        .hasMessageContaining("line 10, paper p2: the field 'abstract' is absent");
    assertThatThrownBy(() -> read("qasper", PAPER.substring(0, 300)))
        .hasMessageContaining("this is not JSON");
    assertThatThrownBy(() -> read("qasper", "[]")).hasMessageContaining("not a JSON object");
  }

  @Test
  void longBenchPutsTheContextIntoItsTemplate() throws IOException {
    String line =
        """
        {"input":"Who?","context":"Long.","answers":["A","B"],"length":7,"dataset":"hotpotqa_e",\
        "language":"en","all_classes":null,"_id":"7f"}\
        """;
    Question plain = read("longbench", line).getFirst();
    assertThat(plain.prompt().text()).isEqualTo("Long.\n\nWho?\n\nAnswer:");
    assertThat(plain.prompt().cut()).isEqualTo(Prompt.Cut.MIDDLE);
    assertThat(plain.references()).containsExactly("A", "B");
    assertThat(plain.scoring()).isEqualTo(Scoring.F1);

    Path templates = folder.resolve("prompts.json");
    Files.writeString(templates, "{\"hotpotqa\":\"Read {context} on {input}: {input}\"}");
    Path file = folder.resolve("data.jsonl");
    Question asked =
        new QuestionFile(file, "test")
            .read(
                new QuestionFile.Wanted(
                    "longbench",
                    PromptStyle.ZERO_SCROLLS,
                    QuestionFile.templates(templates),
                    Integer.MAX_VALUE))
            .getFirst();
    assertThat(asked.prompt().prefix()).isEqualTo("Read Long.");
    assertThat(asked.prompt().suffix()).isEqualTo(" on Who?: Who?");
    assertThat(asked.prompt().document()).isEqualTo("Long.");

    Files.writeString(templates, "{\"hotpotqa\":\"{input}\"}");
    assertThatThrownBy(() -> QuestionFile.templates(templates))
        .hasMessageContaining("prompts.json: the field 'hotpotqa' is a template without one");
    assertThat(read("longbench", line.replace("hotpotqa_e", "lcc")).getFirst().scored()).isFalse();
  }

  @Test
  void zipFilesAreReadInPlaceBySplit() throws IOException {
    Path zip = folder.resolve("squality.zip");
    try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String split : List.of("validation", "test")) {
        out.putNextEntry(new ZipEntry("squality/" + split + ".jsonl"));
        out.write(Json.line(record(split, null)).getBytes(StandardCharsets.UTF_8));
      }
    }
    var wanted = new QuestionFile.Wanted("squality", PromptStyle.ZERO_SCROLLS, Map.of(), 9);

    assertThat(new QuestionFile(zip, "test").read(wanted))
        .extracting(Question::id)
        .containsExactly("test");
    assertThatThrownBy(() -> new QuestionFile(zip, "train").read(wanted))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("squality/validation.jsonl");
    Files.write(zip, new byte[] {80, 75, 3, 4, 0});
    assertThatThrownBy(() -> new QuestionFile(zip, "test").read(wanted))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("cannot read " + zip);
    assertThatThrownBy(() -> new QuestionFile(folder.resolve("none"), "test").read(wanted))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("there is no such file");
    assertThatThrownBy(() -> new QuestionFile(folder, "test").read(wanted))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("folder");
  }

  @Test
  void whatGrowsPastTheLimitEndsInASentence() {
    byte[] endless = new byte[3 << 20];

    assertThatThrownBy(
            () -> {
              try (var in =
                  new LimitedStream(new ByteArrayInputStream(endless), "bomb.zip!x", 2 << 20)) {
                in.transferTo(OutputStream.nullOutputStream());
              }
            })
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("bomb.zip!x holds more than 2 MiB of text");
  }

  @Test
  void digestTellsPromptsAndReferencesApart() throws IOException {
    Question one = read("squality", Json.line(record("q", "x"))).getFirst();
    Question two = read("squality", Json.line(record("q", "y"))).getFirst();
    Question three = read("squality", PromptStyle.PAPER, 9, Json.line(record("q", "x"))).getFirst();

    assertThat(List.of(one.digest(), two.digest(), three.digest())).doesNotHaveDuplicates();
    assertThat(one.digest())
        .isEqualTo(read("squality", Json.line(record("q", "x"))).getFirst().digest());
  }
}
