package org.msrnn.eval.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.Sweep;

/** The files beside a journal, made from it alone. */
public final class SweepReport {
  /** The journal's name in its folder. */
  public static final String JOURNAL = "journal.jsonl";

  private final Summary summary;

  /** The report of a journal's cells. */
  public SweepReport(List<CellRecord> cells) {
    this.summary = new Summary(cells);
  }

  /** The report of the journal in a folder, which may still grow. */
  public static SweepReport of(Path folder) {
    return new SweepReport(Sweep.records(Journal.read(folder.resolve(JOURNAL))));
  }

  /** Writes {@code results.csv}, {@code results.json}, {@code summary.md}, {@code report.html}. */
  public void write(Path folder) {
    TextFile.replace(folder.resolve("results.csv"), ResultsCsv.of(summary.cells()));
    TextFile.replace(folder.resolve("results.json"), Json.pretty(json()) + "\n");
    TextFile.replace(folder.resolve("summary.md"), SummaryMarkdown.of(summary));
    TextFile.replace(folder.resolve("report.html"), HtmlPage.of(summary));
  }

  /** What {@code results.json} and {@code --json} hold. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("settings", summary.settings());
    json.put("summary", summary.rows());
    json.put("cells", summary.cells().stream().filter(c -> c.keptMap() == null).toList());
    return json;
  }

  /** Cells whose last run failed. */
  public long failed() {
    return summary.cells().stream().filter(c -> !c.done()).count();
  }

  /** One table a task, and one of the memory held: policies down, state sizes across. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (String task : summary.tasks()) {
      text.append(title(task)).append("\n\n");
      text.append(table(summary.rows(task), rows -> cell(task, rows.getFirst()))).append('\n');
    }
    text.append("keys and values held by the largest state, by state size\n\n");
    text.append(
        table(
            summary.rows(),
            rows ->
                Numbers.bytes(rows.stream().mapToLong(Summary.Row::stateBytes).max().orElse(0))));
    return text.toString();
  }

  private static String title(String task) {
    return task.equals(CellId.RETRIEVAL)
        ? "retrieval, RULER format: accuracy in % (higher is better) by state size"
        : "perplexity (lower is better) by state size";
  }

  private static TextTable table(
      List<Summary.Row> rows, Function<List<Summary.Row>, String> content) {
    List<@Nullable Integer> states = new ArrayList<>(Summary.states(rows));
    List<String> head = new ArrayList<>(List.of("policy"));
    states.forEach(k -> head.add(String.valueOf(k)));
    head.add("unbounded");
    states.add(null);
    TextTable table = new TextTable(head.toArray(String[]::new));
    for (String policy : rows.stream().map(Summary.Row::policy).distinct().toList()) {
      List<String> cells = new ArrayList<>(List.of(policy));
      for (Integer k : states) {
        List<Summary.Row> found = rows.stream().filter(r -> r.isOf(policy, k)).toList();
        cells.add(found.isEmpty() ? "" : content.apply(found));
      }
      table.add(cells);
    }
    return table;
  }

  private static String cell(String task, Summary.Row row) {
    String value = Numbers.fixed(row.value(), task.equals(CellId.RETRIEVAL) ? 1 : 3);
    return row.failed() == 0 ? value : value + " (" + row.failed() + " failed)";
  }
}
