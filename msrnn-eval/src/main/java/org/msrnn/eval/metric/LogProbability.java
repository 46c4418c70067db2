package org.msrnn.eval.metric;

import org.msrnn.api.NonFiniteException;

/** Log-probabilities from logits, in double precision. */
public final class LogProbability {
  private LogProbability() {}

  /**
   * The natural logarithm of a token's softmax probability: {@code logit - log(sum(exp(logits)))}.
   *
   * @param logits {@code [vocabulary]}
   * @param token the token, from 0 to vocabulary - 1
   * @throws NonFiniteException if a logit is NaN or infinite: a metric never averages those away
   */
  public static double of(float[] logits, int token) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit); // Math.max keeps a NaN
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((double) logit - largest);
    }
    double value = (double) logits[token] - largest - Math.log(sum);
    if (!Double.isFinite(value)) {
      throw new NonFiniteException(
          "the log-probability of token "
              + token
              + " is "
              + value
              + ", allowed is a finite number");
    }
    return value;
  }
}
