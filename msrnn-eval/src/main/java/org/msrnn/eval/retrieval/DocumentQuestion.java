package org.msrnn.eval.retrieval;

import java.util.List;

/**
 * A question that documents answer.
 *
 * @param question the question
 * @param documents the documents that hold the answer, one or more
 * @param answers the answers, any of which is right
 */
public record DocumentQuestion(String question, List<String> documents, List<String> answers) {
  /** Copies the lists. */
  public DocumentQuestion {
    documents = List.copyOf(documents);
    answers = List.copyOf(answers);
  }
}
