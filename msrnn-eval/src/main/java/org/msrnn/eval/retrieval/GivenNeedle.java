package org.msrnn.eval.retrieval;

import java.util.List;
import org.msrnn.eval.retrieval.Haystack.Needle;

/**
 * A sentence to be hidden in the story, as in the needle test that NIAH is named after (Kamradt
 * 2023), in the wrapping of kvpress. Scored by the answers that occur in what the model writes,
 * where those two have a judge and ROUGE.
 *
 * @param sentence the needle
 * @param question what is asked about it
 * @param answers what the reply must contain, one or more
 */
public record GivenNeedle(String sentence, String question, List<String> answers)
    implements Recipe {
  /** Copies the answers. */
  public GivenNeedle {
    answers = List.copyOf(answers);
  }

  @Override
  public Sized make(Draw draw) {
    double depth = draw.anyDepth();
    Material material = draw.material();
    Haystack hay = Haystack.prose(material, draw.random().nextInt(material.prose().size()));
    return new Sized() {
      @Override
      public int least() {
        return 1;
      }

      @Override
      public Question at(int units) {
        String context = hay.with(List.of(new Needle(sentence, depth)), units);
        String input =
            "This is a very long story book: <book> " + context + " </book>.\n\n" + question;
        return new Question(input, "\nAnswer:", answers, depth);
      }
    };
  }
}
