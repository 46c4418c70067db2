package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * RULER's {@code qa} (Hsieh et al., arXiv 2404.06654): a question, the documents that answer it,
 * and those of other questions.
 *
 * <p>Differences from RULER's script: the other documents are drawn from all, not from the same
 * article first; no document stands twice, so that a prompt is shorter than asked for where they
 * run out.
 */
final class AmongDocuments implements Recipe {
  @Override
  public Sized make(Draw draw) {
    List<DocumentQuestion> all = draw.material().questions();
    DocumentQuestion asked = all.get(draw.number() % all.size());
    Set<String> others = new LinkedHashSet<>();
    all.forEach(question -> others.addAll(question.documents()));
    asked.documents().forEach(others::remove);
    List<String> shuffled = new ArrayList<>(others);
    Collections.shuffle(shuffled, draw.random());
    List<String> documents = new ArrayList<>(new LinkedHashSet<>(asked.documents()));
    int own = documents.size();
    documents.addAll(shuffled);
    long seed = draw.random().nextLong();
    return new Sized() {
      @Override
      public int least() {
        return own;
      }

      @Override
      public int most() {
        return documents.size();
      }

      @Override
      public Question at(int units) {
        List<String> some = new ArrayList<>(documents.subList(0, units));
        Collections.shuffle(some, new Random(seed));
        return question(asked, some);
      }
    };
  }

  private static Question question(DocumentQuestion asked, List<String> documents) {
    String told =
        "Answer the question based on the given documents. Only give me the answer and do not"
            + " output any other words.";
    StringBuilder input = new StringBuilder(told);
    input.append("\n\nThe following are given documents.\n\n");
    for (int i = 0; i < documents.size(); i++) {
      input.append("Document ").append(i + 1).append(":\n").append(documents.get(i)).append("\n\n");
    }
    input.append(told).append("\n\nQuestion: ").append(asked.question());
    return new Question(input.toString(), " Answer:", asked.answers(), null);
  }
}
