package org.msrnn.eval.report.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.task.StateFigures;

/** Every cell with its settings, those that failed with their reasons, and what all share. */
final class CellSections {
  /** Rows that a browser still sorts at once. */
  private static final int MOST_ROWS = 5000;

  private static final List<String> ALWAYS = List.of("policy", "state size k");

  private final Summary summary;
  private final Map<String, List<String>> settings;

  private CellSections(Summary summary) {
    this.summary = summary;
    this.settings = summary.settings();
  }

  static List<PageSection> of(Summary summary) {
    var own = new CellSections(summary);
    List<PageSection> sections = new ArrayList<>();
    sections.add(new PageSection("cells", "cells", "Every cell", own.cells(), null));
    if (summary.cells().stream().anyMatch(c -> !c.done())) {
      sections.add(PageSection.plain("failed", "Failed cells", own.failures()));
    }
    sections.add(PageSection.plain("settings", "Settings", own.settings()));
    return sections;
  }

  private String cells() {
    List<String> varied =
        settings.entrySet().stream()
            .filter(e -> ALWAYS.contains(e.getKey()) || e.getValue().size() > 1)
            .map(Map.Entry::getKey)
            .toList();
    List<HtmlTable.Column> columns = new ArrayList<>();
    columns.add(HtmlTable.Column.text("item"));
    columns.add(HtmlTable.Column.text("task"));
    varied.forEach(name -> columns.add(new HtmlTable.Column(name, name.equals("state size k"))));
    columns.add(HtmlTable.Column.text("metric"));
    for (String name : List.of("value", "peak states", "KV memory", "evictions", "seconds")) {
      columns.add(HtmlTable.Column.number(name));
    }
    columns.add(HtmlTable.Column.text("status"));
    HtmlTable table = HtmlTable.sortable("Every cell with the settings that differ", columns);
    int shown = Math.min(MOST_ROWS, summary.cells().size());
    summary.cells().subList(0, shown).forEach(record -> table.row(row(record, varied)));
    return "<p>One row a result, with the settings in which results differ; those that all share"
        + " are in the table of settings. The file results.csv beside this page holds the same in"
        + " full precision"
        + (shown == summary.cells().size()
            ? ".</p>\n"
            : ", and the rows after the first " + Numbers.count(shown) + ".</p>\n")
        + table.html();
  }

  private static List<HtmlTable.Cell> row(CellRecord record, List<String> varied) {
    Map<String, String> fields = Summary.fields(record.cell());
    List<HtmlTable.Cell> row = new ArrayList<>();
    row.add(HtmlTable.Cell.text(record.cell().item()));
    row.add(HtmlTable.Cell.text(record.cell().section()));
    for (String name : varied) {
      row.add(
          name.equals("state size k")
              ? HtmlTable.Cell.state(record.cell().settings().state())
              : HtmlTable.Cell.text(brief(fields.getOrDefault(name, ""))));
    }
    Metric main = record.kind().metrics().isEmpty() ? null : record.kind().metrics().getFirst();
    row.add(HtmlTable.Cell.text(main == null ? "" : main.title()));
    row.add(main == null ? HtmlTable.Cell.EMPTY : value(record, main));
    StateFigures state = record.result() == null ? null : record.result().state();
    if (state == null) {
      row.addAll(List.of(HtmlTable.Cell.EMPTY, HtmlTable.Cell.EMPTY, HtmlTable.Cell.EMPTY));
    } else {
      row.add(HtmlTable.Cell.count(state.peakStates()));
      row.add(HtmlTable.Cell.bytes(state.bytes()));
      row.add(HtmlTable.Cell.count(state.evictions()));
    }
    row.add(HtmlTable.Cell.number(record.seconds(), 2));
    row.add(
        record.done()
            ? HtmlTable.Cell.text("done")
            : HtmlTable.Cell.text("failed").marked("failed"));
    return row;
  }

  private static HtmlTable.Cell value(CellRecord record, Metric metric) {
    @Nullable Double value =
        record.result() == null ? null : record.result().metrics().get(metric.name());
    return value == null ? HtmlTable.Cell.EMPTY : HtmlTable.Cell.number(value, metric.decimals());
  }

  private static String brief(String value) {
    return value.matches("[0-9a-f]{64}") ? value.substring(0, 8) : value;
  }

  private String failures() {
    StringBuilder html = new StringBuilder();
    html.append("<p>The figures lack these; the same command tries them again.</p>");
    HtmlTable table =
        HtmlTable.of(
            "Cells without a result",
            List.of(
                HtmlTable.Column.text("item"),
                HtmlTable.Column.text("task"),
                HtmlTable.Column.text("policy"),
                HtmlTable.Column.number("state"),
                HtmlTable.Column.text("reason")));
    for (CellRecord record : summary.cells()) {
      if (!record.done()) {
        var cell = record.cell();
        table.row(
            List.of(
                HtmlTable.Cell.text(cell.item()),
                HtmlTable.Cell.text(cell.section()),
                HtmlTable.Cell.text(cell.settings().policy()),
                HtmlTable.Cell.state(cell.settings().state()),
                HtmlTable.Cell.text(Objects.requireNonNullElse(record.error(), "unknown"))));
      }
    }
    return html.append(table.html()).toString();
  }

  private String settings() {
    HtmlTable table =
        HtmlTable.of(
            "Settings and the values that they have in this journal",
            List.of(HtmlTable.Column.text("setting"), HtmlTable.Column.text("values")));
    new LinkedHashMap<>(settings)
        .forEach(
            (name, values) ->
                table.row(
                    List.of(
                        HtmlTable.Cell.text(name),
                        HtmlTable.Cell.text(String.join(", ", values)).marked("wrap"))));
    return "<p>All that the figures depend on beside the texts.</p>\n" + table.html();
  }
}
