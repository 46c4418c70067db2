package org.msrnn.eval.task;

/** The request for a story. */
public final class StoryPrompt {
  private static final String BEFORE = "### Instruction:\n";
  private static final String AFTER = "\n\n### Response:";

  /** The paper's request (arXiv 2401.06104, table 4), in the layout of its story model. */
  public static final String PAPER =
      BEFORE
          + "Write a very long story (at least 4,000 words). The story should include at least 20"
          + " named characters, spans 3 countries and 9 cities, at least 10 chapters and should"
          + " have a lot of plot twists."
          + AFTER;

  private StoryPrompt() {}

  /** What a judge is told was asked for: the request without the layout around it. */
  public static String body(String prompt) {
    String text = prompt.strip();
    String body = text.startsWith(BEFORE) ? text.substring(BEFORE.length()) : text;
    String after = AFTER.strip();
    return (body.endsWith(after) ? body.substring(0, body.length() - after.length()) : body)
        .strip();
  }
}
