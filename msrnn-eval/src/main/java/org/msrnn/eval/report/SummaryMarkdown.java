package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.task.StateFigures;

/**
 * {@code summary.md}: for each state size one table of all policies, quality beside the memory that
 * it took, fit to be put into documentation as it is.
 */
final class SummaryMarkdown {
  private static final int SHORTENED = 12;

  private final Summary summary;

  private SummaryMarkdown(Summary summary) {
    this.summary = summary;
  }

  static String of(Summary summary) {
    SummaryMarkdown page = new SummaryMarkdown(summary);
    StringBuilder text = new StringBuilder("# Policies under one protocol\n\n");
    text.append("Written by `msrnn sweep`: ");
    text.append(
        summary.sections().stream()
            .map(Summary.Section::measure)
            .collect(Collectors.joining("; ")));
    text.append(
        ". States: the most that a layer or KV head held after a step. Held: bytes of keys");
    text.append(" and values of the largest state at its end; reserved: with free slots.\n");
    List<Integer> states = Summary.states(summary.rows());
    if (states.isEmpty()) {
      text.append("\n## Unbounded\n\n").append(page.table(null));
    }
    for (Integer state : states) {
      text.append("\n## k = ").append(Numbers.count(state)).append("\n\n");
      text.append(page.table(state));
    }
    List<String> orderings =
        summary.sections().stream().flatMap(s -> Orderings.words(s).stream()).toList();
    if (!orderings.isEmpty()) {
      text.append("\n## The paper's ordering in these figures\n\n");
      orderings.forEach(words -> text.append("- ").append(words).append('\n'));
    }
    text.append("\n## Settings\n\n").append(page.settings());
    return text.toString();
  }

  /** The topline, then the policies at one state size, in the order of the sweep. */
  private MarkdownTable table(@Nullable Integer state) {
    List<String> head = new ArrayList<>(List.of("policy"));
    for (Summary.Section section : summary.sections()) {
      shown(section).forEach(metric -> head.add(title(section, metric)));
    }
    head.addAll(List.of("states", "held", "reserved"));
    MarkdownTable table = new MarkdownTable(1, head);
    rows(table, null);
    if (state != null) {
      rows(table, state);
    }
    return table;
  }

  private void rows(MarkdownTable table, @Nullable Integer state) {
    List<Summary.Row> rows =
        summary.rows().stream().filter(row -> Objects.equals(row.state(), state)).toList();
    for (String policy : rows.stream().map(Summary.Row::policy).distinct().toList()) {
      List<Summary.Row> own = rows.stream().filter(row -> row.isOf(policy, state)).toList();
      List<String> cells = new ArrayList<>(List.of("`" + policy + "`"));
      for (Summary.Section section : summary.sections()) {
        Summary.Row row = of(own, section.name());
        shown(section).forEach(metric -> cells.add(value(row, metric)));
      }
      StateFigures largest =
          own.stream().map(Summary.Row::figures).reduce(StateFigures.NONE, StateFigures::with);
      cells.add(Numbers.count(largest.peakStates()));
      cells.add(Numbers.bytes(largest.bytes()));
      cells.add(Numbers.bytes(largest.reserved()));
      table.add(cells);
    }
  }

  private static Summary.@Nullable Row of(List<Summary.Row> rows, String section) {
    return rows.stream().filter(row -> row.section().equals(section)).findFirst().orElse(null);
  }

  /** The main metric and the next: a table of several tasks has no room for more. */
  private static List<Metric> shown(Summary.Section section) {
    List<Metric> metrics = section.kind().metrics();
    return metrics.subList(0, Math.min(2, metrics.size()));
  }

  /** The section's name for its main metric, the metric's own for the others. */
  private static String title(Summary.Section section, Metric metric) {
    return metric.equals(section.main()) ? section.words() : metric.title();
  }

  private static String value(Summary.@Nullable Row row, Metric metric) {
    if (row == null) {
      return "";
    }
    String value = Numbers.fixed(row.value(metric), metric.decimals());
    return row.failed() == 0 ? value : value + " (" + row.failed() + " failed)";
  }

  private MarkdownTable settings() {
    MarkdownTable table = new MarkdownTable(2, List.of("setting", "value"));
    summary
        .settings()
        .forEach(
            (name, values) -> {
              if (!name.equals("policy")) {
                table.add(
                    name,
                    values.stream().map(SummaryMarkdown::brief).collect(Collectors.joining(", ")));
              }
            });
    return table;
  }

  /** The start of a digest tells it from others. */
  private static String brief(String value) {
    return value.matches("[0-9a-f]{64}") ? value.substring(0, SHORTENED) : value;
  }
}
