package org.msrnn.eval.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.RetrievalFigures;
import org.msrnn.eval.task.Settings;

/** One line a cell, in full precision; empty where a field does not apply. */
final class ResultsCsv {
  private static final List<String> HEADER =
      List.of(
          "task",
          "item",
          "policy",
          "state",
          "status",
          "perplexity",
          "perplexityAfterState",
          "wordPerplexity",
          "bytePerplexity",
          "bitsPerCharacter",
          "nll",
          "tokens",
          "accuracy",
          "prediction",
          "answers",
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
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      csv.writeRecord(HEADER);
      for (CellRecord record : cells) {
        if (!record.cell().task().equals(CellId.KEPT_MAP)) {
          csv.writeRecord(line(record));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a string writer failed", e);
    }
    return text.toString();
  }

  private static List<String> line(CellRecord record) {
    CellId cell = record.cell();
    Settings s = cell.settings();
    List<String> line = new ArrayList<>();
    add(line, cell.task(), cell.item(), s.policy(), s.state(), record.status());
    PerplexityFigures p = record.perplexity();
    RetrievalFigures r = record.retrieval();
    if (p != null) {
      add(line, p.perplexity(), p.perplexityAfterState(), p.wordPerplexity());
      add(line, p.bytePerplexity(), p.bitsPerCharacter(), p.nll(), p.tokens());
      add(line, null, null, null, p.peakStates(), p.stateBytes(), p.reservedBytes(), p.evictions());
    } else if (r != null) {
      add(line, null, null, null, null, null, null, null, 100 * r.score());
      add(line, r.prediction(), String.join(" ", r.answers()));
      add(line, r.peakStates(), r.stateBytes(), r.reservedBytes(), r.evictions());
    } else {
      add(line, new @Nullable Object[14]);
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
