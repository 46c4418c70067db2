package org.msrnn.eval.dataset;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.msrnn.api.InvalidOptionException;

/** In which words a question is put. */
public enum PromptStyle {
  /**
   * As the paper's table 4 (arXiv 2401.06104): the instruction stands after the document. It has
   * SQuALITY and QASPER alone. Nothing marks where the document was cut: the paper names no mark.
   */
  PAPER,
  /** As ZeroSCROLLS has it. */
  ZERO_SCROLLS,
  /** As ZeroSCROLLS has it for chat models: one more sentence, and no header for the answer. */
  ZERO_SCROLLS_CHAT;

  private static final String IN_A_PARAGRAPH = "Answer the question in a paragraph.";
  private static final String CONCISELY =
      "Answer the question as concisely as you can, using a single phrase or sentence if possible."
          + " If the question cannot be answered based on the information in the article, write"
          + " “unanswerable”. If the question is a yes/no question, answer “yes”, “no”, or"
          + " “unanswerable”.";

  /**
   * Reads {@code paper}, {@code zero-scrolls} or {@code zero-scrolls-chat}.
   *
   * @throws InvalidOptionException if it is none of them
   */
  public static PromptStyle parse(String text) {
    for (PromptStyle style : values()) {
      if (style.written().equals(text.strip().toLowerCase(Locale.ROOT))) {
        return style;
      }
    }
    throw new InvalidOptionException(
        "prompt",
        "'" + text + "'",
        Arrays.stream(values()).map(PromptStyle::written).collect(Collectors.joining(", ")));
  }

  /** The form that {@link #parse} reads. */
  public String written() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it has a prompt for a task. */
  public boolean has(String task) {
    return this != PAPER || task.equals("squality") || task.equals("qasper");
  }

  /**
   * The prompt of a question.
   *
   * @param query the query; not used where the task has none
   * @throws InvalidOptionException if there is no such prompt for the task
   */
  public Prompt prompt(ScrollsTask task, String document, String query) {
    if (this != PAPER) {
      return task.prompt(document, query, this == ZERO_SCROLLS_CHAT);
    }
    String instruction =
        switch (task) {
          case SQUALITY -> IN_A_PARAGRAPH;
          case QASPER -> CONCISELY;
          default ->
              throw new InvalidOptionException(
                  "prompt",
                  "paper for "
                      + task.written()
                      + ", but the paper has prompts for squality and qasper alone: zero-scrolls"
                      + " has one for it");
        };
    String suffix = "\n\n" + instruction + "\n\nQuestion:\n" + query + "\n\nAnswer:";
    return new Prompt(document, 0, suffix, "", Prompt.Cut.DOCUMENT_END);
  }
}
