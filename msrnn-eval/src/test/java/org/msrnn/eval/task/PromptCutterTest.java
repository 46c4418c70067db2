package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.dataset.Prompt;

/** A character is a token here. */
class PromptCutterTest {
  private static final int BOS = 1;
  private static final Prompt END =
      new Prompt("Story: abcdefgh", 7, "Q?", "..", Prompt.Cut.DOCUMENT_END);
  private static final Prompt MIDDLE = new Prompt("abcdefgh", 0, "ijk", "..", Prompt.Cut.MIDDLE);

  private static String cut(Prompt prompt, int most, boolean bos) {
    TokenPrompt tokens =
        new PromptCutter(
                text -> text.chars().toArray(),
                bos ? OptionalInt.of(BOS) : OptionalInt.empty(),
                most)
            .tokens(prompt);
    String text = new String(tokens.ids(), 0, tokens.ids().length);
    assertThat(tokens.truncated()).isEqualTo(!text.endsWith(prompt.text()));
    return text;
  }

  @Test
  void promptThatFitsIsOneText() {
    assertThat(cut(END, 17, false)).isEqualTo("Story: abcdefghQ?");
    assertThat(cut(END, 18, true)).isEqualTo("\u0001Story: abcdefghQ?");
  }

  @Test
  void endOfTheDocumentGoesAndTheSeparatorStandsForIt() {
    assertThat(cut(END, 16, false)).isEqualTo("Story: abcde..Q?");
    assertThat(cut(END, 17, true)).isEqualTo("\u0001Story: abcde..Q?");
    assertThat(cut(END, 12, false)).isEqualTo("Story: a..Q?");
  }

  @Test
  void queryStaysToItsLastToken() {
    assertThat(cut(END, 4, false)).isEqualTo("..Q?");
    assertThat(cut(END, 3, false)).isEqualTo(".Q?");
    assertThat(cut(END, 3, true)).isEqualTo("\u0001Q?");
    assertThat(cut(END, 1, true)).isEqualTo("\u0001");
  }

  @Test
  void middleGoesWhereLongBenchCuts() {
    assertThat(cut(MIDDLE, 11, false)).isEqualTo("abcdefghijk");
    assertThat(cut(MIDDLE, 6, false)).isEqualTo("abcijk");
    assertThat(cut(MIDDLE, 7, false)).isEqualTo("abcijk"); // two halves of 7 / 2
    assertThat(cut(MIDDLE, 6, true)).isEqualTo("\u0001abijk");
  }
}
