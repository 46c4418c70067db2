package org.msrnn.api.testkit;

/**
 * Attention that a test makes up: the logit of one query head and one key, before the softmax. The
 * weights of the kept states follow by softmax over these. A pure function, finite.
 */
@FunctionalInterface
public interface AttentionSource {
  /**
   * A logit.
   *
   * @param head query head of the layer, from 0
   * @param query position of the query
   * @param key position of the key, at most {@code query}
   */
  double logit(int head, long query, long key);
}
