package org.msrnn.eval.metric;

/**
 * A running sum of negative log-likelihoods, compensated (Neumaier) so that a book of a million
 * tokens loses nothing to rounding. Not thread-safe.
 */
public final class NllSum {
  private double sum;
  private double compensation;
  private long tokens;

  /** An empty sum. */
  public NllSum() {}

  /**
   * Adds one token.
   *
   * @param nll its negative log-likelihood in nats
   * @throws IllegalArgumentException if it is NaN or infinite
   */
  public void add(double nll) {
    if (!Double.isFinite(nll)) {
      throw new IllegalArgumentException("a negative log-likelihood of " + nll);
    }
    accumulate(nll);
    tokens++;
  }

  /** Adds all tokens of another sum. */
  public void add(NllSum other) {
    accumulate(other.sum);
    accumulate(other.compensation);
    tokens += other.tokens;
  }

  private void accumulate(double value) {
    double next = sum + value;
    compensation += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }

  /** Tokens added. */
  public long tokens() {
    return tokens;
  }

  /** Their negative log-likelihood in nats. */
  public double nll() {
    return sum + compensation;
  }

  /** Their perplexity, {@code exp(nll / tokens)}; NaN without tokens. */
  public double perplexity() {
    return Perplexity.per(tokens, nll());
  }
}
