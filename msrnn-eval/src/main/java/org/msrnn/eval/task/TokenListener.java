package org.msrnn.eval.task;

/** Is told of every predicted token, in order. */
@FunctionalInterface
public interface TokenListener {
  /** Tells nobody. */
  TokenListener NONE = (document, position, token, nll, states) -> {};

  /**
   * A token was predicted.
   *
   * @param document its document
   * @param position where it stands in the document, counting a BOS before the document as 0
   * @param token its id
   * @param nll its negative log-likelihood, in nats
   * @param states the most single states that any layer kept of the tokens before it
   */
  void accept(String document, long position, int token, double nll, long states);
}
