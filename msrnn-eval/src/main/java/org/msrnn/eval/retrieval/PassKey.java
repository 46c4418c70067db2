package org.msrnn.eval.retrieval;

import java.util.List;
import org.msrnn.eval.retrieval.Haystack.Needle;

/**
 * InfiniteBench's {@code passkey} (Zhang et al., arXiv 2402.13718): a number of five digits in
 * noise.
 */
final class PassKey implements Recipe {
  @Override
  public Sized make(Draw draw) {
    String key = Integer.toString(draw.random().nextInt(10_000, 100_000));
    double depth = draw.anyDepth();
    Haystack hay = Haystack.noise(" ");
    Needle needle =
        new Needle("The pass key is " + key + ". Remember it. " + key + " is the pass key.", depth);
    return new Sized() {
      @Override
      public int least() {
        return 1;
      }

      @Override
      public Question at(int units) {
        String input =
            "There is an important info hidden inside a lot of irrelevant text. Find it and"
                + " memorize them. I will quiz you about the important information there.\n\n"
                + hay.with(List.of(needle), units)
                + "\n\nWhat is the pass key?";
        return new Question(input, "\n\nThe pass key is", List.of(key), depth);
      }
    };
  }
}
