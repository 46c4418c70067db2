package org.msrnn.eval.sweep;

import java.util.SortedMap;
import java.util.TreeMap;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.task.Settings;

/**
 * All that decides a cell's result.
 *
 * @param task {@code perplexity}, {@code retrieval} or {@code kept-map}
 * @param item the document or question
 * @param itemDigest SHA-256 of its content
 * @param options the task's own options
 * @param settings model, policy and the rest
 */
public record CellId(
    String task,
    String item,
    String itemDigest,
    SortedMap<String, String> options,
    Settings settings) {

  /** Perplexity of a document. */
  public static final String PERPLEXITY = "perplexity";

  /** A retrieval question. */
  public static final String RETRIEVAL = "retrieval";

  /** The kept-token map of a document. */
  public static final String KEPT_MAP = "kept-map";

  /** Copies the options. */
  public CellId {
    options = new TreeMap<>(options);
  }

  /** Equal for equal cells, different for different ones: SHA-256 of all fields. */
  public String key() {
    return Digest.sha256(Json.line(this));
  }
}
