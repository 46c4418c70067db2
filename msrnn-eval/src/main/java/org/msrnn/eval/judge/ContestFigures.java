package org.msrnn.eval.judge;

import java.util.List;
import java.util.SortedMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.judge.PairResult.Outcome;
import org.msrnn.eval.task.Settings;

/**
 * What a contest came to. Rates are shares of the judged pairs, from 0 to 1; null where none was
 * judged.
 *
 * @param settings the bounded setup
 * @param topline what it was held against
 * @param options how the stories were drawn
 * @param pairs pairs of stories
 * @param unpaired stories that the topline has no counterpart of
 * @param judged pairs with a verdict in both orders
 * @param missing pairs without
 * @param identical pairs of the same text, not judged
 * @param unfilled pairs whose bounded state was never full, not judged
 * @param wins pairs that the bounded state won, in both orders
 * @param ties pairs that nobody won
 * @param losses pairs that the topline won, in both orders
 * @param winRate wins
 * @param tieRate ties
 * @param lossRate losses
 * @param winRateAdjusted FastChat's: wins and half the ties
 * @param difference win rate minus loss rate
 * @param low lower end of its bootstrap interval of 95 %
 * @param high upper end
 * @param signTest two-sided p of the exact sign test on wins against losses
 * @param meanPreference for the bounded state's story, where the format has it
 * @param meanTokens of the bounded state's stories, those that were not judged included
 * @param meanToplineTokens of the topline's
 * @param ranked whether so few verdicts are missing that the figures may rank anything
 * @param results pair by pair
 */
public record ContestFigures(
    Settings settings,
    Settings topline,
    SortedMap<String, String> options,
    int pairs,
    int unpaired,
    int judged,
    int missing,
    int identical,
    int unfilled,
    int wins,
    int ties,
    int losses,
    @Nullable Double winRate,
    @Nullable Double tieRate,
    @Nullable Double lossRate,
    @Nullable Double winRateAdjusted,
    @Nullable Double difference,
    @Nullable Double low,
    @Nullable Double high,
    @Nullable Double signTest,
    @Nullable Double meanPreference,
    @Nullable Double meanTokens,
    @Nullable Double meanToplineTokens,
    boolean ranked,
    List<PairResult> results) {
  /** The largest share of missing pairs with which a contest still ranks. */
  static final double MOST_MISSING = 0.02;

  private static final double SIGNIFICANT = 0.05;

  /**
   * Counts.
   *
   * @param results of all its pairs
   * @param seed seed of the bootstrap
   */
  static ContestFigures of(Contest contest, List<PairResult> results, long seed) {
    int wins = count(results, Outcome.WIN);
    int ties = count(results, Outcome.TIE);
    int losses = count(results, Outcome.LOSS);
    int missing = count(results, Outcome.MISSING);
    int judged = wins + ties + losses;
    Bootstrap interval = judged == 0 ? null : Bootstrap.ofDifference(wins, ties, losses, seed);
    return new ContestFigures(
        contest.settings(),
        contest.topline(),
        contest.options(),
        results.size(),
        contest.unpaired(),
        judged,
        missing,
        count(results, Outcome.IDENTICAL),
        count(results, Outcome.UNFILLED),
        wins,
        ties,
        losses,
        share(wins, judged),
        share(ties, judged),
        share(losses, judged),
        share(wins + 0.5 * ties, judged),
        share(wins - losses, judged),
        interval == null ? null : (Double) interval.low(),
        interval == null ? null : (Double) interval.high(),
        judged == 0 ? null : (Double) SignTest.twoSided(wins, losses),
        meanPreference(results),
        meanTokens(contest, pair -> pair.candidate().tokens()),
        meanTokens(contest, pair -> pair.topline().tokens()),
        judged > 0 && missing <= MOST_MISSING * (judged + missing),
        List.copyOf(results));
  }

  /** What may be concluded, in words. */
  String conclusion() {
    if (judged + missing == 0) {
      return "nothing to judge";
    }
    if (!ranked) {
      return "not ranked: " + missing + " of " + (judged + missing) + " missing";
    }
    if (signTest == null || signTest >= SIGNIFICANT) {
      return "no difference shown";
    }
    return wins > losses ? "better" : "worse";
  }

  private static int count(List<PairResult> results, Outcome outcome) {
    return (int) results.stream().filter(result -> result.outcome() == outcome).count();
  }

  private static @Nullable Double share(double part, int judged) {
    return judged == 0 ? null : (Double) (part / judged);
  }

  private static @Nullable Double meanPreference(List<PairResult> results) {
    double sum = 0;
    int count = 0;
    for (PairResult result : results) {
      if (result.preference() != null) {
        sum += result.preference();
        count++;
      }
    }
    return share(sum, count);
  }

  private static @Nullable Double meanTokens(Contest contest, ToLongFunction<StoryPair> tokens) {
    return share((double) contest.pairs().stream().mapToLong(tokens).sum(), contest.pairs().size());
  }
}
