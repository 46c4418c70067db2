package org.msrnn.eval.sweep;

import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.KeptMap;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.RetrievalFigures;

/**
 * A cell as the journal holds it. Nothing but {@code seconds} and {@code finished} differs between
 * two runs of the same cell.
 *
 * @param key {@link CellId#key}
 * @param status {@code done} or {@code failed}
 * @param cell what was to be computed
 * @param perplexity the result of a perplexity cell
 * @param retrieval the result of a retrieval cell
 * @param keptMap the result of a kept-map cell
 * @param error why it failed
 * @param seconds how long it took
 * @param finished when, in UTC
 */
public record CellRecord(
    String key,
    String status,
    CellId cell,
    @Nullable PerplexityFigures perplexity,
    @Nullable RetrievalFigures retrieval,
    @Nullable KeptMap keptMap,
    @Nullable String error,
    double seconds,
    String finished) {
  static final String DONE = "done";
  static final String FAILED = "failed";

  /** Whether it holds a result. */
  public boolean done() {
    return status.equals(DONE);
  }

  /** This result with the time it took. */
  CellRecord timed(double took, String at) {
    return new CellRecord(key, status, cell, perplexity, retrieval, keptMap, error, took, at);
  }

  static CellRecord of(CellId cell, PerplexityFigures figures) {
    return new CellRecord(cell.key(), DONE, cell, figures, null, null, null, 0, "");
  }

  static CellRecord of(CellId cell, RetrievalFigures figures) {
    return new CellRecord(cell.key(), DONE, cell, null, figures, null, null, 0, "");
  }

  static CellRecord of(CellId cell, KeptMap map) {
    return new CellRecord(cell.key(), DONE, cell, null, null, map, null, 0, "");
  }

  static CellRecord failed(CellId cell, String error) {
    return new CellRecord(cell.key(), FAILED, cell, null, null, null, error, 0, "");
  }
}
