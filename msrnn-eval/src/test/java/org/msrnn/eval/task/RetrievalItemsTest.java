package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.msrnn.api.InvalidOptionException;

class RetrievalItemsTest {
  private static final int LENGTH = 700;
  private static final int NEW = 24;

  /** Words stand for tokens: the generator must not care what a token is. */
  private static int tokens(String text) {
    return text.split("\\s+").length;
  }

  private static RetrievalItems generator(long seed) {
    return new RetrievalItems(RetrievalItemsTest::tokens, LENGTH, NEW, seed);
  }

  @ParameterizedTest
  @EnumSource
  void sameSeedSameItemsAnotherSeedOthers(RetrievalKind kind) {
    List<RetrievalItem> first = generator(5).items(List.of(kind), 3);

    assertThat(generator(5).items(List.of(kind), 3)).isEqualTo(first);
    assertThat(generator(6).items(List.of(kind), 3)).doesNotContainAnyElementsOf(first);
    assertThat(first.stream().map(RetrievalItem::digest).distinct()).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource
  void itemsFillTheLengthAndNoMore(RetrievalKind kind) {
    for (RetrievalItem item : generator(1).items(List.of(kind), 5)) {
      assertThat(tokens(item.prompt()) + NEW)
          .as(item.id())
          .isLessThanOrEqualTo(LENGTH)
          .isGreaterThan(LENGTH - 100); // one sentence more would not fit
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyAnswerStandsInItsNeedleOnce(RetrievalKind kind) {
    for (RetrievalItem item : generator(2).items(List.of(kind), 5)) {
      assertThat(item.answers()).hasSize(kind.queries() * kind.valuesPerKey());
      assertThat(new HashSet<>(item.answers())).hasSameSizeAs(item.answers());
      for (String answer : item.answers()) {
        assertThat(answer).matches("[1-9][0-9]{6}");
        assertThat(item.prompt().split(" is: " + answer + "\\.", -1)).as(item.id()).hasSize(2);
      }
      assertThat(item.prompt().split("One of the special magic numbers for ", -1))
          .hasSize(1 + kind.keys() * kind.valuesPerKey());
    }
  }

  @Test
  void oneNeedleReadsAsRulerWritesIt() {
    String prompt = generator(3).item(RetrievalKind.NIAH_SINGLE_1, 0).prompt();
    String key = prompt.replaceAll("(?s).*numbers for ([a-z]+-[a-z]+) is: .*", "$1");

    assertThat(prompt)
        .startsWith(
            "A special magic number is hidden within the following text. Make sure to memorize it."
                + " I will quiz you about the number afterwards.\n")
        .contains("\nThe grass is green. The sky is blue. The sun is yellow. Here we go.")
        .endsWith(
            "\nWhat is the special magic number for "
                + key
                + " mentioned in the provided text? The special magic number for "
                + key
                + " mentioned in the provided text is");
  }

  @Test
  void severalQueriesReadAsRulerWritesThem() {
    String prompt = generator(3).item(RetrievalKind.NIAH_MULTIQUERY, 0).prompt();
    String word = "[a-z]+-[a-z]+";

    assertThat(prompt)
        .startsWith("Some special magic numbers are hidden within the following text.")
        .containsPattern(
            "What are all the special magic numbers for "
                + word
                + ", "
                + word
                + ", "
                + word
                + ", and "
                + word
                + " mentioned in the provided text\\? The special magic numbers for ")
        .endsWith(" mentioned in the provided text are");
  }

  @Test
  void kindsTakeTurns() {
    var kinds = List.of(RetrievalKind.NIAH_SINGLE_1, RetrievalKind.NIAH_MULTIKEY_1);

    assertThat(generator(0).items(kinds, 5).stream().map(RetrievalItem::id))
        .containsExactly(
            "niah_single_1/0",
            "niah_multikey_1/0",
            "niah_single_1/1",
            "niah_multikey_1/1",
            "niah_single_1/2");
  }

  @Test
  void lengthThatHoldsNoNeedleIsRefusedWithWhatItTakes() {
    var tooShort = new RetrievalItems(RetrievalItemsTest::tokens, 40, 24, 0);

    assertThatThrownBy(() -> tooShort.item(RetrievalKind.NIAH_MULTIVALUE, 0))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("length is 40 tokens")
        .hasMessageContaining("niah_multivalue");
  }

  @Test
  void depthsReachBothEndsOfTheText() {
    var items = generator(9).items(List.of(RetrievalKind.NIAH_SINGLE_1), 60);
    double[] depths =
        items.stream()
            .mapToDouble(
                i -> (double) i.prompt().indexOf("One of the special") / i.prompt().length())
            .toArray();

    assertThat(Arrays.stream(depths).min().orElseThrow()).isLessThan(0.15);
    assertThat(Arrays.stream(depths).max().orElseThrow()).isGreaterThan(0.8);
  }
}
