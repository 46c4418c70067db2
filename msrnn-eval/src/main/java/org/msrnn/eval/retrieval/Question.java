package org.msrnn.eval.retrieval;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question of a certain size.
 *
 * @param input what the model reads
 * @param answerPrefix the first words of its answer, given to it as well
 * @param answers what the rest of its answer must contain
 * @param depth where in the haystack the answer stands, from 0 to 1; null if it has no one place
 */
record Question(String input, String answerPrefix, List<String> answers, @Nullable Double depth) {
  String prompt() {
    return input + answerPrefix;
  }
}
