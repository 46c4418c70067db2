package org.msrnn.eval.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.metric.AnswerType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;

/**
 * QASPER as its authors give it (Dasigi et al., arXiv 2105.03011): one JSON object of papers by
 * their ids. An article is the title, the abstract and the sections with their names, an empty line
 * between them; where the authors' own scripts lay it out otherwise, scores differ.
 */
final class QasperPapers {
  /** One of many: more may follow. */
  private static final ObjectReader PAPER =
      JsonLines.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final PromptStyle style;
  private final int limit;
  private final List<Question> questions = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  private QasperPapers(PromptStyle style, int limit) {
    this.style = style;
    this.limit = limit;
  }

  /**
   * Reads a file.
   *
   * @param name its name, for messages
   * @param limit the most questions
   */
  static List<Question> read(InputStream in, String name, PromptStyle style, int limit)
      throws IOException {
    QasperPapers papers = new QasperPapers(style, limit);
    try (JsonParser parser = JsonLines.MAPPER.createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MsrnnException(name + ": this is not a JSON object of papers by their ids");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME && papers.questions.size() < limit) {
        String id = parser.currentName();
        String where =
            name + ", line " + parser.currentTokenLocation().getLineNr() + ", paper " + id;
        parser.nextToken();
        JsonNode paper = PAPER.readTree(parser);
        papers.add(id, new JsonFields(where, paper));
      }
    } catch (JacksonException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      var at = e.getLocation();
      throw new MsrnnException(
          name
              + (at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr())
              + ": this is not JSON: "
              + e.getOriginalMessage(),
          e);
    }
    return papers.questions;
  }

  private void add(String paper, JsonFields fields) {
    String article = article(fields);
    for (JsonFields asked : fields.objects("qas")) {
      if (questions.size() == limit) {
        return;
      }
      String id = asked.someText("question_id");
      if (!ids.add(id)) {
        throw fields.wrong("question_id", "'" + id + "', which was there before", "one of its own");
      }
      List<String> references = new ArrayList<>();
      List<AnswerType> types = new ArrayList<>();
      for (JsonFields given : asked.objects("answers")) {
        addAnswer(given.object("answer"), references, types);
      }
      questions.add(
          new Question(
              ScrollsTask.QASPER.written(),
              id,
              paper,
              style.prompt(ScrollsTask.QASPER, article, asked.someText("question")),
              references,
              types,
              ScrollsTask.QASPER.maxNewTokens(),
              Scoring.F1));
    }
  }

  private static String article(JsonFields paper) {
    List<String> parts = new ArrayList<>();
    parts.add(paper.text("title"));
    parts.add(paper.text("abstract"));
    for (JsonFields section : paper.objects("full_text")) {
      List<String> lines = new ArrayList<>();
      String heading = section.textOrNull("section_name");
      lines.add(heading == null ? "" : heading);
      lines.addAll(section.texts("paragraphs"));
      lines.removeIf(String::isBlank);
      parts.add(String.join("\n", lines));
    }
    parts.removeIf(String::isBlank);
    return String.join("\n\n", parts);
  }

  /** In the order in which the authors' evaluator looks at the fields. */
  private static void addAnswer(
      JsonFields answer, List<String> references, List<AnswerType> types) {
    List<String> spans = answer.texts("extractive_spans");
    String free = answer.text("free_form_answer");
    Boolean yes = answer.truthOrNull("yes_no");
    if (Boolean.TRUE.equals(answer.truthOrNull("unanswerable"))) {
      references.add("Unanswerable");
      types.add(AnswerType.NONE);
    } else if (!spans.isEmpty()) {
      references.add(String.join(", ", spans));
      types.add(AnswerType.EXTRACTIVE);
    } else if (!free.isEmpty()) {
      references.add(free);
      types.add(AnswerType.ABSTRACTIVE);
    } else if (yes != null) {
      references.add(yes ? "Yes" : "No");
      types.add(AnswerType.BOOLEAN);
    } else {
      throw answer.wrong(
          "answer",
          "empty",
          "an answer that is unanswerable, or has extractive_spans, a free_form_answer or yes_no");
    }
  }
}
