package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * RULER's {@code cwe} (Hsieh et al., arXiv 2404.06654): a numbered list in which ten words stand
 * more often than the others. A solved example stands first. Ten words stand 30 times and the
 * others 3 times; in prompts below 4,096 tokens 6 times and once, as in RULER's script.
 *
 * <p>Difference from RULER's script: where there are more words to list than the bundled ones,
 * pairs such as {@code swift-harbour} follow, none of them common.
 */
final class CommonWords implements Recipe {
  private static final int COMMON = 10;
  private static final int SHORT = 4096;

  @Override
  public Sized make(Draw draw) {
    boolean isShort = draw.room().length() < SHORT;
    WordList example = WordList.draw(draw, isShort ? 3 : 10, isShort ? 1 : 3);
    Question solved = example.at(isShort ? 20 : 40);
    String before = solved.prompt() + " " + numbered(solved.answers()) + "\n";
    WordList words = WordList.draw(draw, isShort ? 6 : 30, isShort ? 1 : 3);
    return new Sized() {
      @Override
      public int least() {
        return COMMON + 1;
      }

      @Override
      public int most() {
        return words.order().size();
      }

      @Override
      public Question at(int units) {
        Question asked = words.at(units);
        return new Question(before + asked.input(), asked.answerPrefix(), asked.answers(), null);
      }
    };
  }

  private static String numbered(List<String> words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words.size(); i++) {
      text.append(i == 0 ? "" : " ").append(i + 1).append(". ").append(words.get(i));
    }
    return text.toString();
  }

  /**
   * Words and how often they stand in a list.
   *
   * @param order all words, those first that are in the list first; ten of them are common
   * @param often how often a common word stands there
   * @param seldom how often another does
   * @param seed the order of the list
   */
  private record WordList(List<String> order, int often, int seldom, long seed) {

    static WordList draw(Draw draw, int often, int seldom) {
      Material material = draw.material();
      List<String> order = new ArrayList<>(material.words());
      Collections.shuffle(order, draw.random());
      List<String> pairs = new ArrayList<>();
      for (String adjective : material.adjectives()) {
        for (String noun : material.nouns()) {
          pairs.add(adjective + "-" + noun);
        }
      }
      Collections.shuffle(pairs, draw.random());
      order.addAll(pairs);
      return new WordList(order, often, seldom, draw.random().nextLong());
    }

    Question at(int words) {
      List<String> list = new ArrayList<>();
      for (int i = 0; i < words; i++) {
        list.addAll(Collections.nCopies(i < COMMON ? often : seldom, order.get(i)));
      }
      Collections.shuffle(list, new Random(seed));
      String input =
          "Below is a numbered list of words. In these words, some appear more often than others."
              + " Memorize the ones that appear most often.\n"
              + numbered(list)
              + "\nQuestion: What are the 10 most common words in the above list?";
      return new Question(
          input,
          " Answer: The top 10 words that appear most often in the list are:",
          List.copyOf(order.subList(0, COMMON)),
          null);
    }
  }
}
