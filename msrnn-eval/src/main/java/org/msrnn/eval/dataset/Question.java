package org.msrnn.eval.dataset;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.metric.AnswerType;

/**
 * A question about a document.
 *
 * @param dataset the dataset's name in SCROLLS, LongBench or RULER
 * @param id unique in the dataset
 * @param document what tells its document from the others: questions with the same one share it
 * @param prompt what the model is given
 * @param references right answers; none where they are kept secret
 * @param answerTypes the type of each reference where the dataset has types, else empty
 * @param maxNewTokens the most tokens of an answer
 * @param scoring how a prediction is scored
 */
public record Question(
    String dataset,
    String id,
    String document,
    Prompt prompt,
    List<String> references,
    List<AnswerType> answerTypes,
    int maxNewTokens,
    Scoring scoring) {

  /** Copies the lists. */
  public Question {
    references = List.copyOf(references);
    answerTypes = List.copyOf(answerTypes);
    if (!answerTypes.isEmpty() && answerTypes.size() != references.size()) {
      throw new IllegalArgumentException(
          references.size() + " references with " + answerTypes.size() + " types");
    }
  }

  /** Whether a prediction can be scored. */
  public boolean scored() {
    return scoring != Scoring.NONE && !references.isEmpty();
  }

  /** SHA-256 of all that decides a prediction and its score. */
  public String digest() {
    var digest = Digest.start();
    for (String part :
        List.of(prompt.prefix(), prompt.suffix(), prompt.separator(), prompt.cut().name())) {
      update(digest, part);
    }
    references.forEach(reference -> update(digest, reference));
    update(digest, answerTypes + " " + scoring);
    return Digest.hex(digest.digest());
  }

  /** Each part with its length, so that no two lists of parts read the same. */
  private static void update(MessageDigest digest, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + " ").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }
}
