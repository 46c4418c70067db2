package org.msrnn.eval.sweep;

import java.util.SortedMap;
import java.util.TreeMap;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.task.Settings;

/**
 * All that decides a cell's result.
 *
 * @param task the name of its {@link TaskKind}
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
  /** The option that names the dataset of an item, where a task has several. */
  public static final String DATASET = "dataset";

  /** Copies the options. */
  public CellId {
    options = new TreeMap<>(options);
  }

  /** What is summed up and shown together: the task, or one dataset of it. */
  public String section() {
    String dataset = options.get(DATASET);
    return dataset == null ? task : task + " " + dataset;
  }

  /** Equal for equal cells, different for different ones: SHA-256 of all fields. */
  public String key() {
    return Digest.sha256(Json.line(this));
  }
}
