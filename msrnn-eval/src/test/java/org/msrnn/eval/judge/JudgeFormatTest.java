package org.msrnn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.judge.ChatAnswer.TokenChance;
import org.msrnn.eval.judge.JudgeFormat.Question;
import org.msrnn.eval.judge.Verdict.Choice;

class JudgeFormatTest {
  private static JudgeFormat format(String name) {
    return JudgeFormat.named("--format", name);
  }

  private static ChatAnswer answer(String text, TokenChance... first) {
    return new ChatAnswer(text, List.of(first), null, null);
  }

  private static Optional<Choice> choice(String format, String text) {
    return format(format).verdict(answer(text)).map(Verdict::choice);
  }

  @ParameterizedTest
  @CsvSource({
    "(A), FIRST",
    "(B), SECOND",
    "(C), EQUAL",
    "'  (A)\n', FIRST",
    "'(A).', FIRST",
    "'**(B)** has more characters.', SECOND",
    "'\"(C)\"', EQUAL",
    "(C) for equal quality, EQUAL",
    "'(B), since A has no plot', SECOND",
    "(A) A clear winner, FIRST",
    "'(A) (A)', FIRST",
  })
  void paperReadsALeadingOption(String text, Choice choice) {
    assertThat(choice("paper", text)).contains(choice);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "A",
        "A or B",
        "(A) or (B)",
        "(A) or B",
        "(A)/(B)",
        "(A)/B",
        "(A), (B)",
        "(A), B",
        "(A) and B",
        "**(A)** or **B**",
        "(A) is better than (B)",
        "(C): (A) and (B) are equal",
        "Response (A)",
        "Not (A)",
        "Neither (A) nor (B)",
        "(D)",
        "(a)",
        "((A))",
        "(А)", // a Cyrillic letter
        "A)",
        "[[A]]",
        "I cannot decide.",
      })
  void paperInventsNothing(String text) {
    assertThat(choice("paper", text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "[[A]], FIRST",
    "'A is livelier. [[A]]', FIRST",
    "'First [[B]], and again: [[B]]', SECOND",
    "[[C]] tie, EQUAL",
  })
  void fastChatReadsTheOneMarkThatThereIs(String text, Choice choice) {
    assertThat(choice("fastchat", text)).contains(choice);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "A", "[A]", "(A)", "[[A]] or [[B]]", "[[A]] ... [[C]]", "[[a]]", "[[D]]"})
  void fastChatInventsNothing(String text) {
    assertThat(choice("fastchat", text)).isEmpty();
  }

  /** p(m) = 0.6 and p(M) = 0.2 of all: 0.6 / 0.8. */
  @Test
  void alpacaWeighsTheTwoLabels() {
    Verdict verdict =
        format("alpaca")
            .verdict(
                answer(
                    "M", // what was drawn does not matter
                    new TokenChance("m", Math.log(0.6)),
                    new TokenChance("M", Math.log(0.2)),
                    new TokenChance("x", Math.log(0.1))))
            .orElseThrow();

    assertThat(verdict.choice()).isEqualTo(Choice.FIRST);
    assertThat(verdict.preference()).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void alpacaTakesALabelThatIsNotListedForImpossible() {
    Verdict verdict =
        format("alpaca")
            .verdict(answer("", new TokenChance(" M", -0.1), new TokenChance("The", -3)))
            .orElseThrow();

    assertThat(verdict).isEqualTo(new Verdict(Choice.SECOND, 0.0));
    assertThat(
            format("alpaca")
                .verdict(answer("", new TokenChance("m", -1), new TokenChance("M", -1))))
        .contains(new Verdict(Choice.EQUAL, 0.5));
  }

  @Test
  void alpacaInventsNothing() {
    JudgeFormat alpaca = format("alpaca");
    for (double odd : new double[] {Double.NEGATIVE_INFINITY, -1e9, Double.NaN, 1e9}) {
      assertThat(alpaca.verdict(answer("m", new TokenChance("m", odd)))).as("%s", odd).isEmpty();
    }
    assertThat(alpaca.verdict(answer("m", new TokenChance("The", -0.1)))).isEmpty();
    assertThat(choice("alpaca", "mM")).isEmpty();
    assertThat(choice("alpaca", "m or M")).isEmpty();
    assertThat(choice("alpaca", "")).isEmpty();
    assertThat(alpaca.verdict(answer("m"))).contains(Verdict.of(Choice.FIRST));
    assertThat(alpaca.verdict(answer(" M\n"))).contains(Verdict.of(Choice.SECOND));
  }

  /** evaluation.md, section 0. */
  @Test
  void paperAsksInThePapersWords() {
    assertThat(format("paper").messages(new Question("P", "one", "two")))
        .containsExactly(
            ChatRequest.Message.user(
                """
                Help me decide which response is better given the prompt:
                P
                Which of the following responses is better (the responses are separated by \
                '————————'):
                - Response (A):
                one
                ————————
                - Response (B):
                two
                Comparing these two responses, which response is better (A), (B) or (C) for equal \
                quality? please select one and only one option, be as concisely as you can, using \
                a single phrase.\
                """));
  }

  @Test
  void everyFormatShowsBothTextsInTheirOrder() {
    for (JudgeFormat format : JudgeFormat.all()) {
      String all = format.messages(new Question("Tell!", "T1", "T2")).toString();
      assertThat(all).as(format.name()).containsSubsequence("Tell!", "T1", "T2");
      assertThat(format(format.name())).isEqualTo(format);
    }
    assertThat(format("fastchat").messages(new Question("Q", "x", "y")).getLast().content())
        .startsWith("[User Question]\nQ\n\n[The Start of Assistant A's Answer]\nx\n");
    assertThat(format("alpaca").maxTokens()).isEqualTo(1);
    assertThat(format("alpaca").topTokens()).isEqualTo(5);
  }

  @Test
  void anUnknownFormatIsAUsageErrorThatListsAll() {
    assertThatThrownBy(() -> format("coin"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage("--format is 'coin', allowed is paper, fastchat, alpaca");
  }
}
