package org.msrnn.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The hand-checked values that the official metric gives, to its four decimals. */
class RougeTest {
  private static final Offset<Double> FOUR_DECIMALS = within(0.00005);

  static List<Arguments> handChecked() {
    return List.of(
        Arguments.of(
            "The quick brown dog jumps on the log.",
            List.of("The quick brown fox jumps over the lazy dog"),
            new double[] {70.5882, 26.6667, 58.8235, 48.0195}),
        Arguments.of(
            "police killed the gunman",
            List.of("police kill the gunman"),
            new double[] {75.0, 33.3333, 75.0, 57.2357}),
        Arguments.of(
            "The captain hides the map in the ship. He dies.",
            List.of(
                "The captain hides the map.\nHe is killed on the ship.",
                "A map is hidden by the captain in the ship."),
            new double[] {76.1905, 52.6316, 66.6667, 64.4197}),
        Arguments.of(
            "Don't stop-believing 3.14!",
            List.of("dont stop believing 3 14"),
            new double[] {72.7273, 66.6667, 72.7273, 70.6482}),
        Arguments.of("café naïve", List.of("cafe naive"), new double[] {0, 0, 0, 0}),
        Arguments.of("one", List.of("one"), new double[] {100, 0, 100, 0}),
        Arguments.of("", List.of("some reference text"), new double[] {0, 0, 0, 0}),
        Arguments.of("some text", List.of(""), new double[] {0, 0, 0, 0}),
        Arguments.of("", List.of(""), new double[] {0, 0, 0, 0}));
  }

  @ParameterizedTest
  @MethodSource
  void handChecked(String prediction, List<String> references, double[] wanted) {
    assertPercent(Rouge.of(prediction, references), wanted);
  }

  private static void assertPercent(Rouge rouge, double[] wanted) {
    assertThat(100 * rouge.rouge1()).isCloseTo(wanted[0], FOUR_DECIMALS);
    assertThat(100 * rouge.rouge2()).isCloseTo(wanted[1], FOUR_DECIMALS);
    assertThat(100 * rouge.rougeL()).isCloseTo(wanted[2], FOUR_DECIMALS);
    assertThat(100 * rouge.geometricMean()).isCloseTo(wanted[3], FOUR_DECIMALS);
  }

  @Test
  void eachKeyTakesItsBestReference() {
    String prediction = "The captain hides the map in the ship. He dies.";
    String second = "A map is hidden by the captain in the ship.";

    Rouge alone = Rouge.of(prediction, List.of(second));
    assertThat(100 * alone.rouge1()).isCloseTo(60.0, FOUR_DECIMALS);
    assertThat(100 * alone.rouge2()).isCloseTo(33.3333, FOUR_DECIMALS);
    assertThat(100 * alone.rougeL()).isCloseTo(50.0, FOUR_DECIMALS);

    // "a b x y" has the word overlap, "c d" the pair and the order
    Rouge mixed = Rouge.of("a c d b", List.of("d c b a", "c d z z z z"));
    assertThat(mixed.rouge1()).isEqualTo(1);
    assertThat(mixed.rouge2()).isCloseTo(2.0 / 8, within(1e-15));
  }

  @Test
  void datasetsAreScoredByTheGeometricMeanOfTheirMeans() {
    Rouge mean =
        Rouge.mean(
            List.of(
                Rouge.of("exact match example", List.of("exact match example")),
                Rouge.of("hello there", List.of("hello", "hi there")),
                Rouge.of("general kenobi", List.of("commander kenobi"))));

    assertPercent(mean, new double[] {72.2222, 33.3333, 72.2222, 55.8136});
  }

  @Test
  void longestCommonSubsequenceIsThatOfAFullTable() {
    long seed = 20260707;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      List<String> a = words(random);
      List<String> b = words(random);
      int common = table(a, b);
      double wanted = common == 0 ? 0 : 2.0 * common / (a.size() + b.size());

      assertThat(Rouge.of(String.join(" ", a), List.of(String.join(" ", b))).rougeL())
          .as("%s / %s", a, b)
          .isCloseTo(wanted, within(1e-15));
    }
  }

  private static List<String> words(Random random) {
    List<String> words = new ArrayList<>();
    for (int i = random.nextInt(14); i > 0; i--) {
      words.add("w" + random.nextInt(5));
    }
    return words;
  }

  private static int table(List<String> a, List<String> b) {
    int[][] length = new int[a.size() + 1][b.size() + 1];
    for (int i = 1; i <= a.size(); i++) {
      for (int j = 1; j <= b.size(); j++) {
        length[i][j] =
            a.get(i - 1).equals(b.get(j - 1))
                ? length[i - 1][j - 1] + 1
                : Math.max(length[i - 1][j], length[i][j - 1]);
      }
    }
    return length[a.size()][b.size()];
  }

  @Test
  void noReferenceIsNoScore() {
    assertThatThrownBy(() -> Rouge.of("text", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Rouge.mean(List.of()).rouge1()).isNaN();
  }
}
