package org.msrnn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.eval.judge.PairResult.Outcome;
import org.msrnn.eval.judge.Verdict.Choice;

class ContestFiguresTest {
  private static Optional<Verdict> verdict(String choice) {
    return choice.equals("-") ? Optional.empty() : Optional.of(Verdict.of(Choice.valueOf(choice)));
  }

  /**
   * The whole matrix: the verdict with the candidate first, with the topline first, the outcome.
   */
  @ParameterizedTest
  @CsvSource({
    "FIRST, SECOND, WIN",
    "SECOND, FIRST, LOSS",
    "FIRST, FIRST, TIE",
    "SECOND, SECOND, TIE",
    "FIRST, EQUAL, TIE",
    "EQUAL, SECOND, TIE",
    "EQUAL, FIRST, TIE",
    "SECOND, EQUAL, TIE",
    "EQUAL, EQUAL, TIE",
    "-, FIRST, MISSING",
    "-, SECOND, MISSING",
    "-, EQUAL, MISSING",
    "FIRST, -, MISSING",
    "SECOND, -, MISSING",
    "EQUAL, -, MISSING",
    "-, -, MISSING",
  })
  void aSideWinsOnlyInBothOrders(String candidateFirst, String toplineFirst, Outcome outcome) {
    assertThat(PairResult.of(1, verdict(candidateFirst), verdict(toplineFirst)).outcome())
        .isEqualTo(outcome);
  }

  /** The topline's share in the second order is the candidate's complement: (0.9 + 1 - 0.3) / 2. */
  @Test
  void preferenceIsTheMeanOfBothOrders() {
    PairResult result =
        PairResult.of(
            1,
            Optional.of(new Verdict(Choice.FIRST, 0.9)),
            Optional.of(new Verdict(Choice.SECOND, 0.3)));

    assertThat(result.preference()).isCloseTo(0.8, within(1e-15));
    assertThat(
            PairResult.of(1, Optional.of(new Verdict(Choice.FIRST, 0.9)), verdict("EQUAL"))
                .preference())
        .isNull();
  }

  /** Sums of binomial coefficients over powers of two, by hand. */
  @ParameterizedTest
  @CsvSource({
    "10, 1, 0.01171875", // 2 (1 + 11) / 2^11
    "1, 10, 0.01171875",
    "0, 5, 0.0625", // 2 / 2^5
    "9, 3, 0.14599609375", // 2 (1 + 12 + 66 + 220) / 2^12
    "0, 0, 1",
    "1, 0, 1",
    "7, 7, 1",
    "5, 4, 1",
  })
  void signTestIsExact(int wins, int losses, double p) {
    assertThat(SignTest.twoSided(wins, losses)).isCloseTo(p, within(1e-14));
  }

  /** 2^-2000 is no double; the normal approximation is good to a few parts in a thousand. */
  @Test
  void signTestOfManyPairsDoesNotVanish() {
    double z = (950 + 0.5 - 1000) / Math.sqrt(500);
    assertThat(SignTest.twoSided(1050, 950)).isCloseTo(2 * phi(z), within(1e-3));
    assertThat(SignTest.twoSided(2000, 0)).isZero();
  }

  /** The normal distribution function, summed by hand. */
  private static double phi(double z) {
    double sum = 0;
    double step = 1e-4;
    for (double x = -12; x < z; x += step) {
      sum += Math.exp(-x * x / 2) * step;
    }
    return sum / Math.sqrt(2 * Math.PI);
  }

  /** Against every one of the 6^6 samples that there are. */
  @Test
  void bootstrapFindsTheQuantilesOfAllSamples() {
    int[] outcomes = {1, 1, 1, 0, -1, 0};
    List<Integer> sums = new ArrayList<>();
    for (int code = 0; code < 46656; code++) {
      int sum = 0;
      for (int rest = code, i = 0; i < 6; i++, rest /= 6) {
        sum += outcomes[rest % 6];
      }
      sums.add(sum);
    }
    Collections.sort(sums);
    double low = sums.get((int) (0.025 * sums.size())) / 6.0;
    double high = sums.get(sums.size() - 1 - (int) (0.025 * sums.size())) / 6.0;

    for (long seed = 0; seed < 5; seed++) {
      Bootstrap interval = Bootstrap.ofDifference(3, 2, 1, seed);
      assertThat(interval.low()).as("seed %d", seed).isEqualTo(low);
      assertThat(interval.high()).as("seed %d", seed).isEqualTo(high);
    }
  }

  @Test
  void bootstrapOfOneKindHasNoWidthAndOfNoneIsRefused() {
    assertThat(Bootstrap.ofDifference(7, 0, 0, 1)).isEqualTo(new Bootstrap(1, 1));
    assertThat(Bootstrap.ofDifference(0, 7, 0, 1)).isEqualTo(new Bootstrap(0, 0));
    assertThat(Bootstrap.ofDifference(0, 0, 7, 1)).isEqualTo(new Bootstrap(-1, -1));
    assertThat(Bootstrap.ofDifference(1, 0, 1, 1)).isEqualTo(new Bootstrap(-1, 1));
    assertThat(Bootstrap.ofDifference(20, 3, 9, 4)).isEqualTo(Bootstrap.ofDifference(20, 3, 9, 4));
    assertThatThrownBy(() -> Bootstrap.ofDifference(0, 0, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ContestFigures figures(int wins, int ties, int losses, int missing, int dropped) {
    List<PairResult> results = new ArrayList<>();
    add(results, wins, Outcome.WIN);
    add(results, ties, Outcome.TIE);
    add(results, losses, Outcome.LOSS);
    add(results, missing, Outcome.MISSING);
    add(results, dropped, Outcome.IDENTICAL);
    List<StoryPair> pairs =
        Arrays.asList(
            new StoryPair(Stories.story(1, "a b c", true), Stories.story(1, "a b", true)),
            new StoryPair(Stories.story(2, "a b", true), Stories.story(2, "a b", true)));
    return ContestFigures.of(
        new Contest(
            Stories.settings("tova", 64),
            Stories.settings("full", null),
            Stories.options(),
            pairs,
            0),
        results,
        1);
  }

  private static void add(List<PairResult> results, int count, Outcome outcome) {
    for (int i = 0; i < count; i++) {
      results.add(PairResult.dropped(results.size(), outcome));
    }
  }

  @Test
  void ratesAreSharesOfTheJudgedPairs() {
    ContestFigures figures = figures(10, 9, 1, 0, 5);

    assertThat(figures.pairs()).isEqualTo(25);
    assertThat(figures.judged()).isEqualTo(20);
    assertThat(figures.identical()).isEqualTo(5);
    assertThat(figures.winRate()).isEqualTo(0.5);
    assertThat(figures.tieRate()).isEqualTo(0.45);
    assertThat(figures.lossRate()).isEqualTo(0.05);
    assertThat(figures.winRateAdjusted()).isEqualTo(14.5 / 20);
    assertThat(figures.difference()).isEqualTo(0.45);
    assertThat(figures.low()).isLessThan(0.45).isGreaterThan(0);
    assertThat(figures.high()).isGreaterThan(0.45).isLessThan(1);
    assertThat(figures.signTest()).isCloseTo(0.01171875, within(1e-14));
    assertThat(figures.meanTokens()).isEqualTo(2.5);
    assertThat(figures.meanToplineTokens()).isEqualTo(2);
    assertThat(figures.conclusion()).isEqualTo("better");
    assertThat(figures(1, 9, 10, 0, 0).conclusion()).isEqualTo("worse");
    assertThat(figures(6, 9, 5, 0, 0).conclusion()).isEqualTo("no difference shown");
  }

  @Test
  void moreThanTwoPercentMissingRankNothing() {
    assertThat(figures(40, 5, 4, 1, 0).ranked()).as("1 of 50").isTrue();
    assertThat(figures(40, 4, 4, 1, 0).ranked()).as("1 of 49").isFalse();
    assertThat(figures(40, 4, 4, 1, 900).ranked()).as("dropped pairs do not count").isFalse();
    assertThat(figures(40, 4, 4, 1, 0).conclusion()).isEqualTo("not ranked: 1 of 49 missing");
    assertThat(figures(40, 4, 4, 1, 0).winRate()).isEqualTo(40 / 48.0);
  }

  @Test
  void nothingJudgedHasNoFigures() {
    ContestFigures figures = figures(0, 0, 0, 0, 3);

    assertThat(figures.winRate()).isNull();
    assertThat(figures.signTest()).isNull();
    assertThat(figures.conclusion()).isEqualTo("nothing to judge");
    assertThat(figures(0, 0, 0, 3, 0).conclusion()).isEqualTo("not ranked: 3 of 3 missing");
  }
}
