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
}
