package org.msrnn.eval.report;

import java.util.List;
import java.util.stream.Collectors;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.sweep.CellRecord;

/** One flat object a cell: the table of {@link ResultsCsv} with its types. */
final class ResultsJsonl {
  private ResultsJsonl() {}

  static String of(List<CellRecord> cells) {
    return FlatCell.shown(cells).stream()
        .map(record -> Json.line(FlatCell.of(record)) + "\n")
        .collect(Collectors.joining());
  }
}
