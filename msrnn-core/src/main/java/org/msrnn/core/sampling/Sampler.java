package org.msrnn.core.sampling;

import org.msrnn.api.NonFiniteException;
import org.msrnn.core.random.SplitMix;

/**
 * Draws the next token as a {@link Sampling} says.
 *
 * <p>A draw follows from seed, position and logits, and with a repetition penalty from the recent
 * tokens too, so a state that was saved, forked or restored goes on as it would have. Memory is
 * taken at the first token alone. Not thread-safe.
 */
public final class Sampler {
  private final Sampling sampling;
  private final Ranking ranking = new Ranking();

  /** The last tokens, a ring; empty where nothing is penalised. */
  private final int[] recent;

  private long accepted;
  private float[] penalised = new float[0];

  /** A sampler that has seen no token. */
  public Sampler(Sampling sampling) {
    this.sampling = sampling;
    this.recent = new int[sampling.repetitionPenalty() == 1 ? 0 : sampling.repetitionWindow()];
  }

  /** The most probable token; of equals the one with the lowest id. */
  public static Sampler greedy() {
    return new Sampler(Sampling.GREEDY);
  }

  /** Hears of a token of the text, so that its repetition can be penalised. */
  public void accept(int token) {
    if (recent.length > 0) {
      recent[(int) (accepted++ % recent.length)] = token;
    }
  }

  /**
   * The next token.
   *
   * @param logits {@code [vocabulary]}
   * @param position position that the token will have
   * @throws NonFiniteException if a logit is not finite
   */
  public int next(float[] logits, long position) {
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        throw new NonFiniteException("the logit of token " + i + " is " + logits[i]);
      }
    }
    float[] scores = recent.length == 0 ? logits : penalised(logits);
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    if (sampling.temperature() == 0) {
      return best;
    }
    double share = SplitMix.uniform(SplitMix.mix(sampling.seed() ^ position * SplitMix.GOLDEN));
    return sampling.topK() == 0 && sampling.topP() == 1
        ? drawById(scores, scores[best], share)
        : drawByRank(scores, scores[best], share);
  }

  private float[] penalised(float[] logits) {
    if (penalised.length != logits.length) {
      penalised = new float[logits.length];
    }
    System.arraycopy(logits, 0, penalised, 0, logits.length);
    double penalty = sampling.repetitionPenalty();
    for (int i = 0; i < Math.min(accepted, recent.length); i++) {
      int token = recent[i];
      float logit = logits[token]; // not the penalised one: a token counts once
      penalised[token] = (float) (logit > 0 ? logit / penalty : logit * penalty);
    }
    return penalised;
  }

  /** Probability in units of the likeliest token's. */
  private double weight(float score, float highest) {
    return Math.exp((score - highest) / sampling.temperature());
  }

  /** Without top-k and top-p nobody asks which token is the likelier: no order is needed. */
  private int drawById(float[] scores, float highest, double share) {
    double mass = 0;
    for (float score : scores) {
      double weight = weight(score, highest);
      mass += weight >= sampling.minP() ? weight : 0;
    }
    double target = share * mass;
    int last = 0;
    for (int i = 0; i < scores.length; i++) {
      double weight = weight(scores[i], highest);
      if (weight > 0 && weight >= sampling.minP()) {
        last = i;
        target -= weight;
        if (target < 0) {
          break;
        }
      }
    }
    return last;
  }

  private int drawByRank(float[] scores, float highest, double share) {
    ranking.of(scores);
    int most = scores.length;
    double total = 0;
    if (sampling.topK() > 0 && sampling.topK() < most) {
      most = sampling.topK();
      for (int rank = 0; rank < most; rank++) {
        total += weight(scores[ranking.token(rank)], highest);
      }
    } else {
      for (float score : scores) {
        total += weight(score, highest);
      }
    }
    double enough = sampling.topP() == 1 ? Double.POSITIVE_INFINITY : sampling.topP() * total;
    double mass = 0;
    int kept = 0;
    while (kept < most && mass < enough) {
      double weight = weight(scores[ranking.token(kept)], highest);
      if (weight < sampling.minP()) {
        break;
      }
      mass += weight;
      kept++;
    }
    double target = share * mass;
    int rank = 0;
    while (rank < kept - 1 && (target -= weight(scores[ranking.token(rank)], highest)) >= 0) {
      rank++;
    }
    return ranking.token(rank);
  }
}
