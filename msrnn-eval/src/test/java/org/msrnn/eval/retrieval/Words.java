package org.msrnn.eval.retrieval;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Items for tests. Words stand for tokens: a generator must not care what a token is. */
final class Words {
  private Words() {}

  static int count(String text) {
    return text.isBlank() ? 0 : text.strip().split("\\s+").length;
  }

  static RetrievalItems generator(long seed) {
    return generator(seed, null);
  }

  static RetrievalItems generator(long seed, @Nullable Integer newTokens) {
    return new RetrievalItems(Words::count, newTokens, seed, questions());
  }

  /** Forty questions of two documents each, one of them common to neighbours. */
  static List<DocumentQuestion> questions() {
    return java.util.stream.IntStream.range(0, 40)
        .mapToObj(
            i ->
                new DocumentQuestion(
                    "Who keeps house " + i + "?",
                    List.of(
                        "House " + i + " is kept by Keeper" + i + " and by nobody else.",
                        "Street " + i / 2 + " has two houses."),
                    List.of("Keeper" + i, "keeper no. " + i)))
        .toList();
  }
}
