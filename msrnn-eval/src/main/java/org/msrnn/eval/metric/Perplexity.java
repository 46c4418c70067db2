package org.msrnn.eval.metric;

/**
 * One negative log-likelihood in the units in which the field reports it. Only those per word, byte
 * and character can be compared between tokenizers.
 *
 * @param nll negative log-likelihood of all predicted tokens, in nats
 * @param tokens predicted tokens
 * @param text the size of the text that those tokens cover
 */
public record Perplexity(double nll, long tokens, TextSize text) {

  /** {@code exp(nll / tokens)}: the paper's perplexity (arXiv 2401.06104, section 4.1). */
  public double perToken() {
    return per(tokens, nll);
  }

  /** {@code exp(nll / words)}: PG-19's word-level perplexity (Rae et al., arXiv 1911.05507). */
  public double perWord() {
    return per(text.words(), nll);
  }

  /** {@code exp(nll / bytes)} over UTF-8 bytes. */
  public double perByte() {
    return per(text.bytes(), nll);
  }

  /** {@code nll / (ln 2 * characters)} over Unicode code points. */
  public double bitsPerCharacter() {
    return text.characters() == 0 ? Double.NaN : nll / Math.log(2) / text.characters();
  }

  /** {@code exp(nll / units)}; NaN without units. */
  public static double per(long units, double nll) {
    return units == 0 ? Double.NaN : Math.exp(nll / units);
  }
}
