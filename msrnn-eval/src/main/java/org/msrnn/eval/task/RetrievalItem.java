package org.msrnn.eval.task;

import java.util.List;
import org.msrnn.eval.io.Digest;

/**
 * One retrieval question in RULER's format.
 *
 * @param id RULER's task name and a number: {@code niah_single_1/0}
 * @param kind the task
 * @param prompt everything that the model is given, the answer's first words included
 * @param answers the values that must occur in what it writes
 */
public record RetrievalItem(String id, RetrievalKind kind, String prompt, List<String> answers) {
  /** Copies the answers. */
  public RetrievalItem {
    answers = List.copyOf(answers);
  }

  /** SHA-256 of prompt and answers: two items with the same digest are the same question. */
  public String digest() {
    return Digest.sha256(prompt + "\n" + String.join("\n", answers));
  }
}
