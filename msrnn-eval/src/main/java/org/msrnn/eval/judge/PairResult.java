package org.msrnn.eval.judge;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.judge.Verdict.Choice;

/**
 * What came of a pair.
 *
 * @param seed its seed
 * @param outcome for the bounded state
 * @param candidateFirst the verdict where its story was shown first: first, second or equal; null
 *     where there is none
 * @param toplineFirst the verdict where the topline's was
 * @param preference for its story, the mean of both orders; null where a verdict has none
 */
record PairResult(
    long seed,
    Outcome outcome,
    @Nullable String candidateFirst,
    @Nullable String toplineFirst,
    @Nullable Double preference) {

  /** What can come of a pair. */
  enum Outcome {
    WIN,
    TIE,
    LOSS,
    /** A verdict could not be had. */
    MISSING,
    /** The texts are the same: nothing to judge. */
    IDENTICAL,
    /** The story ended before its state was full: it could not have been another one. */
    UNFILLED
  }

  static PairResult dropped(long seed, Outcome why) {
    return new PairResult(seed, why, null, null, null);
  }

  /**
   * The paper's rule: a side wins only if it wins in both orders. A missing verdict makes the pair
   * missing, never a tie.
   */
  static PairResult of(
      long seed, Optional<Verdict> candidateFirst, Optional<Verdict> toplineFirst) {
    String one = candidateFirst.map(PairResult::written).orElse(null);
    String other = toplineFirst.map(PairResult::written).orElse(null);
    if (candidateFirst.isEmpty() || toplineFirst.isEmpty()) {
      return new PairResult(seed, Outcome.MISSING, one, other, null);
    }
    Verdict first = candidateFirst.get();
    Verdict second = toplineFirst.get();
    Outcome outcome = Outcome.TIE;
    if (first.choice() == Choice.FIRST && second.choice() == Choice.SECOND) {
      outcome = Outcome.WIN;
    } else if (first.choice() == Choice.SECOND && second.choice() == Choice.FIRST) {
      outcome = Outcome.LOSS;
    }
    Double preference =
        first.preference() == null || second.preference() == null
            ? null
            : (Double) ((first.preference() + 1 - second.preference()) / 2);
    return new PairResult(seed, outcome, one, other, preference);
  }

  private static String written(Verdict verdict) {
    return verdict.choice().name().toLowerCase(Locale.ROOT);
  }
}
