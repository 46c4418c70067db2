package org.msrnn.eval.retrieval;

import java.nio.file.Path;
import java.util.List;

/**
 * Questions with their documents, for {@code qa_1} and {@code qa_2}: JSON Lines of {@code
 * {"question": text, "documents": [text, ...], "answers": [text, ...]}}. The documents of a row
 * hold its answer; those of the other rows are what it is hidden among.
 */
public final class QuestionFile {
  private QuestionFile() {}

  /**
   * Reads a file.
   *
   * @throws org.msrnn.api.MsrnnException if it cannot be read or holds something else; names the
   *     line
   */
  public static List<DocumentQuestion> read(Path file) {
    return JsonLines.read(
        file,
        Integer.MAX_VALUE,
        row ->
            new DocumentQuestion(
                row.text("question"), row.texts("documents"), row.texts("answers")));
  }
}
