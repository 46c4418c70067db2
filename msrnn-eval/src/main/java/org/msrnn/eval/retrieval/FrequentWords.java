package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * RULER's {@code fwe} (Hsieh et al., arXiv 2404.06654): words of six random letters, of which the
 * one of rank r stands {@code floor(n * r^-2 / zeta(2))} times in a text of about n words. Rank 1
 * is written "..." and does not count; ranks 2 to 4 are asked for.
 *
 * <p>Differences from RULER's script: a text is so long that rank 4 stands more often than rank 5,
 * so that the answer is the only right one; it is fitted by the word.
 */
final class FrequentWords implements Recipe {
  private static final int LETTERS = 6;
  private static final int ASKED = 3;
  private static final int TOKENS_PER_WORD = 50;
  private static final double ALPHA = 2;
  private static final double ZETA = Math.PI * Math.PI / 6; // of ALPHA

  @Override
  public Sized make(Draw draw) {
    Room room = draw.room();
    int size = Math.max(ASKED + 1, (room.length() - room.newTokens()) / TOKENS_PER_WORD);
    Set<String> words = new LinkedHashSet<>();
    words.add("...");
    while (words.size() < size) {
      StringBuilder word = new StringBuilder();
      for (int i = 0; i < LETTERS; i++) {
        word.append((char) ('a' + draw.random().nextInt(26)));
      }
      words.add(word.toString());
    }
    return new CodedText(List.copyOf(words), draw.random().nextLong());
  }

  /**
   * The text.
   *
   * @param words by rank
   * @param seed their order in the text
   */
  private record CodedText(List<String> words, long seed) implements Sized {

    private static int count(int rank, int words) {
      return (int) (words * Math.pow(rank, -ALPHA) / ZETA);
    }

    @Override
    public int least() {
      int words = 1;
      while (count(ASKED + 1, words) <= count(ASKED + 2, words)) {
        words++;
      }
      return words;
    }

    @Override
    public Question at(int units) {
      List<String> text = new ArrayList<>();
      for (int i = 0; i < words.size(); i++) {
        text.addAll(Collections.nCopies(count(i + 1, units), words.get(i)));
      }
      Collections.shuffle(text, new Random(seed));
      String input =
          "Read the following coded text and track the frequency of each coded word. Find the three"
              + " most frequently appeared coded words. "
              + String.join(" ", text)
              + "\n"
              + "Question: Do not provide any explanation. Please ignore the dots '....'. What are"
              + " the three most frequently appeared words in the above coded text?";
      return new Question(
          input,
          " Answer: According to the coded text above, the three most frequently appeared words"
              + " are:",
          List.copyOf(words.subList(1, ASKED + 1)),
          null);
    }
  }
}
