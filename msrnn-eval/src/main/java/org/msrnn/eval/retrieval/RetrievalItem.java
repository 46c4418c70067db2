package org.msrnn.eval.retrieval;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Digest;

/**
 * One retrieval question.
 *
 * @param id its name in results: {@code niah_single_1/4096/0}
 * @param kind the task: a {@link RetrievalKind}, {@link NeedleMap#KIND}, or what a file says
 * @param input what the model reads
 * @param answerPrefix the first words of its answer, given to it as well; may be empty
 * @param answers the values that must occur in what it writes, one or more, none of them empty
 * @param match whether all must occur or any
 * @param length tokens asked for, of prompt and answer together
 * @param depth the share of the haystack that stands before the answer, from 0 to 1; null if it has
 *     no one place
 * @param newTokens the most tokens of the answer
 */
public record RetrievalItem(
    String id,
    String kind,
    String input,
    String answerPrefix,
    List<String> answers,
    Match match,
    int length,
    @Nullable Double depth,
    int newTokens) {
  /** Copies the answers. */
  public RetrievalItem {
    answers = List.copyOf(answers);
  }

  /** Everything that the model is given. */
  public String prompt() {
    return input + answerPrefix;
  }

  /** How much of what was asked for a prediction contains, from 0 to 1. */
  public double score(String prediction) {
    return match.score(prediction, answers);
  }

  /** SHA-256 of prompt and answers: two items with the same digest are the same question. */
  public String digest() {
    return Digest.sha256(prompt() + "\n" + String.join("\n", answers));
  }
}
