package org.msrnn.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TokenF1Test {

  static List<Arguments> handChecked() {
    return List.of(
        Arguments.of("The GRU model.", List.of("a GRU", "BiLSTM"), 66.6667),
        Arguments.of(
            "BLEU and human evaluation",
            List.of("BLEU scores, human evaluation", "automatic evaluation (BLEU)"),
            75.0),
        Arguments.of("Yes.", List.of("yes", "No"), 100),
        Arguments.of("No, it is not", List.of("no"), 40.0),
        Arguments.of("the the the", List.of("the"), 0),
        Arguments.of("F1-score of 87.3%", List.of("87.3"), 50.0),
        Arguments.of("state-of-the-art", List.of("state of the art"), 0),
        Arguments.of("“SQuAD” dataset", List.of("SQuAD dataset"), 50.0),
        Arguments.of("cat cat dog", List.of("cat dog dog"), 66.6667),
        Arguments.of("", List.of(""), 0));
  }

  @ParameterizedTest
  @MethodSource
  void handChecked(String prediction, List<String> references, double wanted) {
    assertThat(100 * TokenF1.of(prediction, references)).isCloseTo(wanted, within(0.00005));
  }

  @Test
  void datasetsAreScoredByTheirMean() {
    double sum =
        TokenF1.of("exact match example", List.of("exact match example"))
            + TokenF1.of("hello there", List.of("hello", "hi there"))
            + TokenF1.of("general kenobi", List.of("commander kenobi"));

    assertThat(100 * sum / 3).isCloseTo(72.2222, within(0.00005));
  }

  @Test
  void wordsEndWherePythonSaysSo() {
    assertThat(TokenF1.normalised("the\u00a0cat\u2003sat\u0085on\u001fa\u3000mat"))
        .isEqualTo("cat sat on mat");
    assertThat(TokenF1.normalised("éa aé a_b an")).isEqualTo("éa aé ab"); // _ is punctuation
    assertThat(TokenF1.normalised("a\u0301")).isEqualTo("\u0301"); // a mark ends a word
    assertThat(TokenF1.normalised("“the” — a")).isEqualTo("“ ” —");
    assertThat(TokenF1.normalised("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~x")).isEqualTo("x");
  }

  @Test
  void qasperCountsAQuestionForTheTypeOfItsBestReference() {
    List<String> references = List.of("Unanswerable", "a GRU", "The GRU, the model");
    List<AnswerType> types =
        List.of(AnswerType.NONE, AnswerType.EXTRACTIVE, AnswerType.ABSTRACTIVE);

    assertThat(QasperF1.of("GRU model", references, types))
        .isEqualTo(new QasperF1(1, AnswerType.ABSTRACTIVE));
    assertThat(QasperF1.of("", references, types)).isEqualTo(new QasperF1(0, AnswerType.NONE));

    Map<AnswerType, Double> means =
        QasperF1.byType(
            List.of(
                new QasperF1(1, AnswerType.BOOLEAN),
                new QasperF1(0.5, AnswerType.EXTRACTIVE),
                new QasperF1(0, AnswerType.BOOLEAN)));
    assertThat(means)
        .containsExactly(Map.entry(AnswerType.EXTRACTIVE, 0.5), Map.entry(AnswerType.BOOLEAN, 0.5));
  }

  @Test
  void noReferenceIsNoScore() {
    assertThatThrownBy(() -> TokenF1.of("text", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> QasperF1.of("text", List.of("a"), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
