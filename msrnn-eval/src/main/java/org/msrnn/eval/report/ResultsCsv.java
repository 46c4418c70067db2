package org.msrnn.eval.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.Figures;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;

/** One line a cell, in full precision; empty where a field does not apply. */
final class ResultsCsv {
  private static final List<String> FIRST = List.of("task", "item", "policy", "state", "status");
  private static final List<String> LAST =
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
          "options",
          "itemDigest",
          "key",
          "error",
          "seconds");

  private ResultsCsv() {}

  static String of(List<CellRecord> cells) {
    List<CellRecord> shown = cells.stream().filter(c -> !c.kind().metrics().isEmpty()).toList();
    List<String> metrics = names(shown, result -> result.metrics().keySet());
    List<String> texts = names(shown, result -> result.texts().keySet());
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      csv.writeRecord(
          Stream.of(FIRST, metrics, texts, LAST).flatMap(List::stream).toArray(String[]::new));
      for (CellRecord record : shown) {
        csv.writeRecord(line(record, metrics, texts));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a string writer failed", e);
    }
    return text.toString();
  }

  /** What any of the results has, in the order in which it first occurs. */
  private static List<String> names(
      List<CellRecord> cells, Function<Figures, Collection<String>> names) {
    return cells.stream()
        .flatMap(c -> c.result() == null ? Stream.empty() : names.apply(c.result()).stream())
        .distinct()
        .toList();
  }

  private static List<String> line(CellRecord record, List<String> metrics, List<String> texts) {
    CellId cell = record.cell();
    Settings s = cell.settings();
    List<String> line = new ArrayList<>();
    add(line, cell.task(), cell.item(), s.policy(), s.state(), record.status());
    Figures result = record.result();
    if (result == null) {
      add(line, new @Nullable Object[metrics.size() + texts.size() + 4]);
    } else {
      metrics.forEach(name -> add(line, result.metrics().get(name)));
      texts.forEach(name -> add(line, result.texts().get(name)));
      StateFigures state = result.state();
      add(line, state.peakStates(), state.bytes(), state.reserved(), state.evictions());
    }
    add(line, s.regime(), s.positions(), s.budgets(), s.granularity(), s.storage());
    add(line, s.backend(), s.seed(), s.model(), s.modelDigest(), s.policyOrigin(), s.version());
    add(line, options(cell), cell.itemDigest(), record.key(), record.error(), record.seconds());
    return line;
  }

  private static String options(CellId cell) {
    return cell.options().entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(";"));
  }

  private static void add(List<String> line, @Nullable Object... values) {
    for (Object value : values) {
      line.add(value == null ? "" : value.toString());
    }
  }
}
