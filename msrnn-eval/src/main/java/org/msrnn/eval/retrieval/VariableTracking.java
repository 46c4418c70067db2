package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;

/**
 * RULER's {@code vt} (Hsieh et al., arXiv 2404.06654): one variable has a value, four more get it
 * from one another, each assignment a line in noise. A solved example with shorter names stands
 * first.
 *
 * <p>Differences from RULER's script: the example takes 500 tokens there, here at most a quarter of
 * the length besides, so that lengths below 2,000 hold a question too.
 */
final class VariableTracking implements Recipe {
  private static final int HOPS = 4;
  private static final int EXAMPLE_TOKENS = 500;

  @Override
  public Sized make(Draw draw) {
    Chain example = Chain.draw(draw.random(), 3);
    Chain chain = Chain.draw(draw.random(), 5);
    Question solved = shortened(example, draw.room());
    String before =
        solved.prompt() + " " + String.join(" ", solved.answers()) + "\n\n"; // two spaces, as there
    return new Sized() {
      @Override
      public int least() {
        return chain.least();
      }

      @Override
      public Question at(int units) {
        Question asked = chain.at(units);
        return new Question(before + asked.input(), asked.answerPrefix(), asked.answers(), null);
      }
    };
  }

  private static Question shortened(Chain example, Room room) {
    int tokens = Math.max(1, Math.min(EXAMPLE_TOKENS, room.length() / 4));
    Room own = new Room(tokens, 0, room.tokens());
    return own.fits(example, example.least())
        ? own.fill(example, "vt")
        : example.at(example.least());
  }

  /**
   * Assignments and where they stand.
   *
   * @param names the variables, in the order in which they get the value
   * @param value the value
   * @param depths for each variable, in rising order
   */
  private record Chain(List<String> names, String value, double[] depths) implements Sized {

    static Chain draw(Random random, int letters) {
      Set<String> names = new LinkedHashSet<>();
      while (names.size() <= HOPS) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < letters; i++) {
          name.append((char) ('A' + random.nextInt(26)));
        }
        names.add(name.toString());
      }
      String value = Integer.toString(random.nextInt(10_000, 99_999));
      double[] depths =
          DoubleStream.generate(random::nextDouble).limit(names.size()).sorted().toArray();
      return new Chain(List.copyOf(names), value, depths);
    }

    @Override
    public int least() {
      return 1;
    }

    @Override
    public Question at(int units) {
      List<String> lines = new ArrayList<>(Collections.nCopies(units, Material.NOISE));
      for (int i = 0; i < names.size(); i++) {
        lines.add((int) (depths[i] * units) + i, assignment(i));
      }
      String input =
          "Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n"
              + String.join("\n", lines)
              + "\nQuestion: Find all variables that are assigned the value "
              + value
              + " in the text above.";
      String prefix =
          " Answer: According to the chain(s) of variable assignment in the text above, "
              + names.size()
              + " variables are assigned the value "
              + value
              + ", they are: ";
      return new Question(input, prefix, names, null);
    }

    private String assignment(int i) {
      String to = "VAR " + names.get(i) + " = ";
      return i == 0 ? to + value : to + "VAR " + names.get(i - 1) + " "; // that space is RULER's
    }
  }
}
