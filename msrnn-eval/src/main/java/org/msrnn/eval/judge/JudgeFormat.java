package org.msrnn.eval.judge;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.msrnn.api.InvalidOptionException;

/**
 * How a judge is asked for a verdict, and how its answer is read. What cannot be read with
 * certainty is no verdict: nothing is guessed.
 */
public sealed interface JudgeFormat permits PaperFormat, FastChatFormat, AlpacaFormat {
  /** All of them, the default one first. */
  static List<JudgeFormat> all() {
    return List.of(new PaperFormat(), new FastChatFormat(), new AlpacaFormat());
  }

  /** The format of this name. */
  static JudgeFormat named(String option, String name) {
    return all().stream()
        .filter(format -> format.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidOptionException(
                    option,
                    "'" + name + "'",
                    all().stream().map(JudgeFormat::name).collect(Collectors.joining(", "))));
  }

  /** Its name. */
  String name();

  /** The messages that put two texts before a judge. */
  List<ChatRequest.Message> messages(Question question);

  /** The most tokens of an answer. */
  int maxTokens();

  /** Of how many tokens the log-probability is asked for. */
  default int topTokens() {
    return 0;
  }

  /** The verdict of an answer, or nothing. */
  Optional<Verdict> verdict(ChatAnswer answer);

  /**
   * Two texts to choose from.
   *
   * @param prompt what they answer
   * @param first the one that is shown first
   * @param second the other one
   */
  record Question(String prompt, String first, String second) {}

  /** The one choice of three that an answer names; nothing where it names none or several. */
  static Optional<Verdict> only(String text, String first, String second, String equal) {
    List<Verdict.Choice> named =
        Stream.of(
                text.contains(first) ? Verdict.Choice.FIRST : null,
                text.contains(second) ? Verdict.Choice.SECOND : null,
                text.contains(equal) ? Verdict.Choice.EQUAL : null)
            .filter(java.util.Objects::nonNull)
            .toList();
    return named.size() == 1 ? Optional.of(Verdict.of(named.getFirst())) : Optional.empty();
  }
}
