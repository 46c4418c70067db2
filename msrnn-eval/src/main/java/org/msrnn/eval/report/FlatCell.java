package org.msrnn.eval.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.Figures;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;

/**
 * A cell as one flat row: what it is, what was found, all that it depends on. The task's options
 * stand in columns of their own, {@code option_chunk} for the option {@code chunk}.
 */
final class FlatCell {
  /** The columns before the metrics. */
  static final List<String> FIRST = List.of("task", "item", "policy", "state", "status");

  /** The columns after the metrics and texts; those of options follow. */
  static final List<String> LAST =
      List.of(
          "peakStates",
          "stateBytes",
          "reservedBytes",
          "evictions",
          "regime",
          "positions",
          "budgets",
          "granularity",
          "storage",
          "backend",
          "seed",
          "model",
          "modelDigest",
          "policyOrigin",
          "version",
          "itemDigest",
          "key",
          "error",
          "seconds");

  private FlatCell() {}

  /** The cells that have metrics, or failed before they had. */
  static List<CellRecord> shown(List<CellRecord> cells) {
    return cells.stream().filter(c -> !c.kind().metrics().isEmpty()).toList();
  }

  /** The fields by column; a metric that does not apply has none. */
  static Map<String, @Nullable Object> of(CellRecord record) {
    CellId cell = record.cell();
    Settings s = cell.settings();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("task", cell.task());
    row.put("item", cell.item());
    row.put("policy", s.policy());
    row.put("state", s.state());
    row.put("status", record.status());
    Figures result = record.result();
    if (result != null) {
      row.putAll(result.metrics());
      row.putAll(result.texts());
      StateFigures state = result.state();
      row.put("peakStates", state.peakStates());
      row.put("stateBytes", state.bytes());
      row.put("reservedBytes", state.reserved());
      row.put("evictions", state.evictions());
    }
    row.put("regime", s.regime());
    row.put("positions", s.positions());
    row.put("budgets", s.budgets());
    row.put("granularity", s.granularity());
    row.put("storage", s.storage());
    row.put("backend", s.backend());
    row.put("seed", s.seed());
    row.put("model", s.model());
    row.put("modelDigest", s.modelDigest());
    row.put("policyOrigin", s.policyOrigin());
    row.put("version", s.version());
    row.put("itemDigest", cell.itemDigest());
    row.put("key", record.key());
    row.put("error", record.error());
    row.put("seconds", record.seconds());
    cell.options().forEach((name, value) -> row.put(column(name), value));
    return row;
  }

  /** The column of an option. */
  static String column(String option) {
    return "option_" + option.replace('-', '_');
  }
}
