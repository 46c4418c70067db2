package org.msrnn.eval.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.msrnn.eval.io.Digest;

/**
 * Records of ZeroSCROLLS, which hold a whole prompt and where its parts are, in code points, and of
 * SCROLLS, which hold a question, an empty line and a document. Records that share an id are
 * references of one question.
 */
final class ScrollsRecords implements Predicate<JsonFields> {
  private final ScrollsTask task;
  private final PromptStyle style;
  private final int limit;
  private final Map<String, Row> rows = new LinkedHashMap<>();

  private record Row(String inputDigest, String document, Prompt prompt, List<String> references) {}

  /**
   * A reader.
   *
   * @param limit the most questions
   */
  ScrollsRecords(ScrollsTask task, PromptStyle style, int limit) {
    this.task = task;
    this.style = style;
    this.limit = limit;
  }

  @Override
  public boolean test(JsonFields fields) {
    String id = fields.someText("id");
    String input = fields.someText("input");
    String output = fields.textOrNull("output");
    Row row = rows.get(id);
    if (row == null) {
      if (rows.size() == limit) {
        return false; // the references of the last question are complete
      }
      row = row(fields, input);
      rows.put(id, row);
    } else if (!row.inputDigest.equals(Digest.sha256(input))) {
      throw fields.wrong("input", "another one than before for the id '" + id + "'", "the same");
    }
    if (output != null) {
      row.references.add(output);
    }
    return true;
  }

  private Row row(JsonFields fields, String input) {
    Prompt prompt =
        fields.has("document_start_index")
            ? withIndices(fields, input)
            : questionFirst(fields, input);
    return new Row(
        Digest.sha256(input), Digest.sha256(prompt.document()), prompt, new ArrayList<>());
  }

  private Prompt withIndices(JsonFields fields, String input) {
    int documentStart = index(fields, "document_start_index", input, 0);
    int documentEnd = index(fields, "document_end_index", input, documentStart);
    int queryStart = documentEnd;
    int queryEnd = documentEnd;
    if (task.hasQuery()) {
      queryStart = index(fields, "query_start_index", input, documentEnd);
      queryEnd = index(fields, "query_end_index", input, queryStart);
    } else {
      while (queryStart < input.length() && input.charAt(queryStart) == '\n') {
        queryStart++;
      }
    }
    if (style == PromptStyle.PAPER) {
      String query = input.substring(queryStart, queryEnd);
      String heading = task.queryHeading();
      return style.prompt(
          task,
          input.substring(documentStart, documentEnd),
          (query.startsWith(heading) ? query.substring(heading.length()) : query).strip());
    }
    boolean chat = style == PromptStyle.ZERO_SCROLLS_CHAT;
    String prefix = input.substring(0, queryStart);
    String suffix =
        input.substring(queryStart, chat ? Math.max(queryStart, queryEnd) : input.length());
    String more = chat && !task.summarises() ? ScrollsTask.NO_EXPLANATION : "";
    int paragraph = prefix.indexOf("\n\n");
    if (!more.isEmpty() && paragraph >= 0 && paragraph <= documentStart) {
      prefix = prefix.substring(0, paragraph) + more + prefix.substring(paragraph);
      documentStart += more.length();
    }
    String separator = fields.textOrNull("truncation_seperator"); // so it is spelt
    return new Prompt(
        prefix,
        documentStart,
        suffix,
        separator == null ? task.separator() : separator,
        Prompt.Cut.DOCUMENT_END);
  }

  /** The place in chars of what the file gives in code points. */
  private static int index(JsonFields fields, String name, String input, int least) {
    int codePoints = fields.count(name);
    int all = input.codePointCount(0, input.length());
    int from = input.codePointCount(0, least);
    if (codePoints < from || codePoints > all) {
      throw fields.wrong(name, Integer.toString(codePoints), "from " + from + " to " + all);
    }
    return input.offsetByCodePoints(0, codePoints);
  }

  private Prompt questionFirst(JsonFields fields, String input) {
    if (!task.hasQuery()) {
      return style.prompt(task, input, "");
    }
    int end = input.indexOf("\n\n");
    if (end < 0) {
      throw fields.wrong(
          "input", "a text without an empty line", "a question, an empty line and a document");
    }
    return style.prompt(task, input.substring(end + 2), input.substring(0, end));
  }

  /** The questions read so far. */
  List<Question> questions() {
    List<Question> questions = new ArrayList<>();
    rows.forEach(
        (id, row) ->
            questions.add(
                new Question(
                    task.written(),
                    id,
                    row.document,
                    row.prompt,
                    row.references,
                    List.of(),
                    task.maxNewTokens(),
                    task.scoring())));
    return questions;
  }
}
