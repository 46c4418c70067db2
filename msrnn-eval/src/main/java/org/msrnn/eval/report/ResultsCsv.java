package org.msrnn.eval.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.Figures;

/** One line a cell, in full precision; empty where a field does not apply. */
final class ResultsCsv {
  private ResultsCsv() {}

  static String of(List<CellRecord> cells) {
    List<CellRecord> shown = FlatCell.shown(cells);
    List<String> columns =
        Stream.of(
                FlatCell.FIRST,
                results(shown, result -> result.metrics().keySet()),
                results(shown, result -> result.texts().keySet()),
                FlatCell.LAST,
                shown.stream()
                    .flatMap(c -> c.cell().options().keySet().stream())
                    .map(FlatCell::column)
                    .toList())
            .flatMap(List::stream)
            .distinct()
            .toList();
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      csv.writeRecord(columns);
      for (CellRecord record : shown) {
        Map<String, @Nullable Object> row = FlatCell.of(record);
        csv.writeRecord(columns.stream().map(column -> written(row.get(column))).toList());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a string writer failed", e);
    }
    return text.toString();
  }

  /** What any of the results has, in the order in which it first occurs. */
  private static List<String> results(
      List<CellRecord> cells, Function<Figures, Collection<String>> names) {
    return cells.stream()
        .flatMap(c -> c.result() == null ? Stream.empty() : names.apply(c.result()).stream())
        .toList();
  }

  private static String written(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }
}
