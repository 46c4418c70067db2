package org.msrnn.api.policy;

/**
 * What one query paid attention to in one set. Valid during {@link EvictionPolicy#observe}.
 * Implemented by msrnn alone, so methods may be added.
 */
public interface AttentionRow {
  /** The query's position in the sequence. */
  long queryPosition();

  /** Number of rows: 1, the set's KV heads, or its query heads, as {@link Signals} declared. */
  int rows();

  /**
   * A row, indexed by entry: {@code size()} numbers, the array may be longer. Softmax weights that
   * sum to 1 (for a mean), or logits where those were declared. Not to be changed.
   */
  float[] row(int row);

  /**
   * Copies a query vector as it was before the rotation, biases and norms applied.
   *
   * @param head query head within the set, from 0 to {@code kvHeads() * group() - 1}
   * @param into {@code [headSize]}
   * @throws org.msrnn.api.PolicyException if the policy did not declare that it observes queries
   */
  void query(int head, float[] into);
}
