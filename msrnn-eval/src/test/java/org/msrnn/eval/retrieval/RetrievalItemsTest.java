package org.msrnn.eval.retrieval;

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
  private static final int LENGTH = 997;

  private static List<RetrievalItem> items(RetrievalKind kind, long seed, int count) {
    return Words.generator(seed).items(List.of(kind), List.of(LENGTH), count);
  }

  @ParameterizedTest
  @EnumSource
  void sameSeedSameItemsAnotherSeedOthers(RetrievalKind kind) {
    List<RetrievalItem> first = items(kind, 5, 3);

    assertThat(items(kind, 5, 3)).isEqualTo(first);
    assertThat(items(kind, 6, 3)).doesNotContainAnyElementsOf(first);
    assertThat(first.stream().map(RetrievalItem::digest).distinct()).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource
  void itemsFillTheLengthAndNoMore(RetrievalKind kind) {
    // What one unit more takes at the most: a sentence of the story has up to some hundred words,
    // and a common word's list grows by one line; documents run out.
    int unit = kind.needsQuestions() ? LENGTH : kind == RetrievalKind.VT ? 20 : 110;
    for (int length : new int[] {613, LENGTH, 1531}) {
      for (RetrievalItem item : Words.generator(1).items(List.of(kind), List.of(length), 4)) {
        assertThat(Words.count(item.prompt()) + kind.newTokens())
            .as(item.id())
            .isLessThanOrEqualTo(length)
            .isGreaterThan(length - unit);
        assertThat(item.length()).isEqualTo(length);
        assertThat(item.newTokens()).isEqualTo(kind.newTokens());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NIAH_.*", mode = EnumSource.Mode.MATCH_ALL)
  void everyAnswerStandsInItsNeedleOnce(RetrievalKind kind) {
    boolean several = kind.written().matches("niah_multi(value|query)");
    for (RetrievalItem item : items(kind, 2, 5)) {
      assertThat(item.answers()).hasSize(several ? 4 : 1);
      assertThat(new HashSet<>(item.answers())).hasSameSizeAs(item.answers());
      for (String answer : item.answers()) {
        assertThat(item.input().split(" is: " + answer + "\\.", -1)).as(item.id()).hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NIAH_.*", mode = EnumSource.Mode.MATCH_ALL)
  void keysAndValuesAreOfTheKindThatRulerNames(RetrievalKind kind) {
    boolean uuidValues = kind.written().endsWith("_3");
    boolean uuidKeys = kind == RetrievalKind.NIAH_MULTIKEY_3;
    String uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    String needle =
        "One of the special magic "
            + (uuidValues ? "uuids" : "numbers")
            + " for "
            + (uuidKeys ? uuid : "[a-z]+-[a-z]+")
            + " is: "
            + (uuidValues ? uuid : "[1-9][0-9]{6}")
            + "\\.";
    for (RetrievalItem item : items(kind, 4, 3)) {
      int needles = item.input().split("One of the special magic ", -1).length - 1;
      assertThat(item.input().split(needle, -1)).as(item.id()).hasSize(needles + 1);
      switch (kind) {
        case NIAH_SINGLE_1, NIAH_SINGLE_2, NIAH_SINGLE_3 -> assertThat(needles).isEqualTo(1);
        case NIAH_MULTIKEY_2, NIAH_MULTIKEY_3 -> assertThat(needles).isGreaterThan(50);
        default -> assertThat(needles).isEqualTo(4);
      }
    }
  }

  @Test
  void kindsTakeTurnsAtEachLength() {
    var kinds = List.of(RetrievalKind.NIAH_SINGLE_1, RetrievalKind.NIAH_MULTIKEY_1);

    assertThat(
            Words.generator(0).items(kinds, List.of(700, 900), 3).stream().map(RetrievalItem::id))
        .containsExactly(
            "niah_single_1/700/0",
            "niah_multikey_1/700/0",
            "niah_single_1/700/1",
            "niah_single_1/900/0",
            "niah_multikey_1/900/0",
            "niah_single_1/900/1");
  }

  @ParameterizedTest
  @EnumSource
  void lengthThatHoldsNoQuestionIsRefusedWithWhatItTakes(RetrievalKind kind) {
    RetrievalItems items = Words.generator(0);
    int refused = kind.newTokens() + 10;

    assertThatThrownBy(() -> items.item(kind, refused, 0))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageMatching(
            "length is "
                + refused
                + " tokens, allowed is what "
                + kind.written()
                + " takes, \\d+ tokens or more");
  }

  @Test
  void lengthThatIsRefusedSaysTheLeastThatIsNot() {
    RetrievalItems items = Words.generator(0);
    // 23 words before the context, a line of 19, a needle of 10, 13 and 12 after it, and 128 new
    assertThatThrownBy(() -> items.item(RetrievalKind.NIAH_SINGLE_1, 150, 0))
        .hasMessageContaining("takes, 205 tokens");

    assertThat(items.item(RetrievalKind.NIAH_SINGLE_1, 205, 0).input()).contains(Material.NOISE);
    assertThatThrownBy(() -> items.item(RetrievalKind.NIAH_SINGLE_1, 204, 0))
        .isInstanceOf(InvalidOptionException.class);
  }

  @Test
  void lengthsThatNoMemoryHoldsAreRefused() {
    assertThatThrownBy(() -> Words.generator(0).item(RetrievalKind.CWE, Integer.MAX_VALUE, 0))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("2147483647 tokens, allowed is 1 to 16777216 tokens");
  }

  @ParameterizedTest
  @EnumSource(names = {"NIAH_SINGLE_1", "NIAH_SINGLE_2", "NIAH_MULTIKEY_2", "PASSKEY"})
  void depthsReachBothEndsOfTheText(RetrievalKind kind) {
    double[] depths = items(kind, 9, 60).stream().mapToDouble(RetrievalItem::depth).toArray();

    assertThat(Arrays.stream(depths).min().orElseThrow()).isBetween(0.0, 0.12);
    assertThat(Arrays.stream(depths).max().orElseThrow()).isBetween(0.88, 1.0);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "NIAH_SINGLE_1",
        "NIAH_SINGLE_2",
        "NIAH_SINGLE_3",
        "NIAH_MULTIKEY_1",
        "NIAH_MULTIKEY_2",
        "NIAH_MULTIKEY_3",
        "PASSKEY",
        "KV_RETRIEVAL"
      })
  void theAnswerStandsAtTheDepthThatIsSaid(RetrievalKind kind) {
    for (RetrievalItem item : Words.generator(3).items(List.of(kind), List.of(3001), 8)) {
      double at = item.input().indexOf(item.answers().getFirst()) / (double) item.input().length();
      assertThat(at)
          .as(item.id())
          .isCloseTo(item.depth(), org.assertj.core.data.Offset.offset(0.05));
    }
  }

  @Test
  void answersWithoutOnePlaceHaveNoDepth() {
    for (String name : List.of("niah_multivalue", "niah_multiquery", "vt", "cwe", "fwe", "qa_1")) {
      assertThat(items(RetrievalKind.named(name).orElseThrow(), 0, 1).getFirst().depth()).isNull();
    }
  }

  @Test
  void allStandsForAllThatCanBeMade() {
    assertThat(RetrievalKind.parse(List.of("all"), true)).containsExactly(RetrievalKind.values());
    assertThat(RetrievalKind.parse(List.of("vt", "all"), false))
        .startsWith(RetrievalKind.VT)
        .doesNotHaveDuplicates()
        .hasSize(RetrievalKind.values().length - 2)
        .doesNotContain(RetrievalKind.QA_1, RetrievalKind.QA_2);
    assertThatThrownBy(() -> RetrievalKind.parse(List.of("niah"), false))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageStartingWith("kinds is 'niah', allowed is niah_single_1, niah_single_2, ")
        .hasMessageEndingWith(", kv_retrieval, all");
    assertThatThrownBy(() -> RetrievalKind.parse(List.of("qa_2"), false))
        .hasMessageStartingWith("qa_2 is made from questions and documents of your own")
        .hasMessageContaining("--questions");
  }

  @Test
  void kindsHaveTheLongestAnswersOfTheirPapers() {
    assertThat(Arrays.stream(RetrievalKind.values()).mapToInt(RetrievalKind::newTokens))
        .containsExactly(128, 128, 128, 128, 128, 128, 128, 128, 30, 120, 50, 32, 32, 6, 50);
  }
}
