package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellId;

/**
 * {@code summary.md}: for each state size one table of all policies, quality beside the memory that
 * it took, fit to be put into documentation as it is.
 */
final class SummaryMarkdown {
  private static final int SHORTENED = 12;

  private final Summary summary;
  private final boolean perplexity;
  private final boolean retrieval;

  private SummaryMarkdown(Summary summary) {
    this.summary = summary;
    this.perplexity = summary.tasks().contains(CellId.PERPLEXITY);
    this.retrieval = summary.tasks().contains(CellId.RETRIEVAL);
  }

  static String of(Summary summary) {
    SummaryMarkdown page = new SummaryMarkdown(summary);
    StringBuilder text = new StringBuilder("# Policies under one protocol\n\n");
    text.append("Written by `msrnn sweep`. ");
    text.append(page.perplexity ? "Perplexity: lower is better. " : "");
    text.append(page.retrieval ? "Retrieval in RULER's format, % of answers: higher. " : "");
    text.append("States: the most that a layer or KV head held after a step. Held: bytes of keys");
    text.append(" and values of the largest state at its end; reserved: with free slots.\n");
    List<Integer> states = Summary.states(summary.rows());
    if (states.isEmpty()) {
      text.append("\n## Unbounded\n\n").append(page.table(null));
    }
    for (Integer state : states) {
      text.append("\n## k = ").append(Numbers.count(state)).append("\n\n");
      text.append(page.table(state));
    }
    text.append("\n## Settings\n\n").append(page.settings());
    return text.toString();
  }

  /** The topline, then the policies at one state size, in the order of the sweep. */
  private MarkdownTable table(@Nullable Integer state) {
    List<String> head = new ArrayList<>(List.of("policy"));
    if (perplexity) {
      head.addAll(List.of("perplexity", "after the state fills"));
    }
    if (retrieval) {
      head.addAll(List.of("retrieval", "standard error"));
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
      if (perplexity) {
        Summary.Row row = of(own, CellId.PERPLEXITY);
        cells.add(value(row, 3));
        cells.add(row == null ? "" : Numbers.fixed(row.perplexityAfterState(), 3));
      }
      if (retrieval) {
        Summary.Row row = of(own, CellId.RETRIEVAL);
        cells.add(value(row, 1));
        cells.add(row == null ? "" : Numbers.fixed(row.error(), 1));
      }
      cells.add(Numbers.count(own.stream().mapToLong(Summary.Row::peakStates).max().orElse(0)));
      cells.add(Numbers.bytes(own.stream().mapToLong(Summary.Row::stateBytes).max().orElse(0)));
      cells.add(Numbers.bytes(own.stream().mapToLong(Summary.Row::reservedBytes).max().orElse(0)));
      table.add(cells);
    }
  }

  private static Summary.@Nullable Row of(List<Summary.Row> rows, String task) {
    return rows.stream().filter(row -> row.task().equals(task)).findFirst().orElse(null);
  }

  private static String value(Summary.@Nullable Row row, int decimals) {
    if (row == null) {
      return "";
    }
    String value = Numbers.fixed(row.value(), decimals);
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
