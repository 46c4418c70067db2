package org.msrnn.eval.judge;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The paper's own question (arXiv 2401.06104, table 4), answered by (A), (B) or (C).
 *
 * <p>An answer counts if it begins with one of the three and names no other: "(A) or (B)" and "(A)
 * or B" are no verdict, nor is "A".
 */
record PaperFormat() implements JudgeFormat {
  private static final String SEPARATOR = "————————";

  /** Marks that models put before and around an option. */
  private static final Pattern BEFORE = Pattern.compile("^[\\s*_\"'`]+");

  private static final Pattern LEADING = Pattern.compile("^\\([ABC]\\)");

  /** A second option that has lost its brackets. */
  private static final Pattern BARE_SECOND =
      Pattern.compile("^\\([ABC]\\)[\\s*_]*(?:or\\b|and\\b|nor\\b|[/,&|])[\\s*_(]*[ABC]\\b");

  @Override
  public String name() {
    return "paper";
  }

  @Override
  public List<ChatRequest.Message> messages(Question question) {
    return List.of(
        ChatRequest.Message.user(
            "Help me decide which response is better given the prompt:\n"
                + question.prompt()
                + "\nWhich of the following responses is better (the responses are separated by '"
                + SEPARATOR
                + "'):\n- Response (A):\n"
                + question.first()
                + "\n"
                + SEPARATOR
                + "\n- Response (B):\n"
                + question.second()
                + "\nComparing these two responses, which response is better (A), (B) or (C) for"
                + " equal quality? please select one and only one option, be as concisely as you"
                + " can, using a single phrase."));
  }

  @Override
  public int maxTokens() {
    return 64;
  }

  @Override
  public Optional<Verdict> verdict(ChatAnswer answer) {
    String text = BEFORE.matcher(answer.text()).replaceFirst("");
    return LEADING.matcher(text).find() && !BARE_SECOND.matcher(text).find()
        ? JudgeFormat.only(text, "(A)", "(B)", "(C)")
        : Optional.empty();
  }
}
