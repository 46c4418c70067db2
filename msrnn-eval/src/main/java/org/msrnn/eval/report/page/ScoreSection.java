package org.msrnn.eval.report.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.Orderings;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.sweep.TaskKinds;

/** A task or dataset: its metrics against the state size, and the same in tables. */
final class ScoreSection {
  private static final int ITEMS_SHOWN = 6;
  private static final double MIB = 1 << 20;

  /** What the states of a sequence take; every task can be looked at by it. */
  private static final Metric KV_MEMORY = new Metric("kvMemory", "KV memory, MiB", false, 2);

  private static final Metric RELATIVE =
      new Metric("relative", "tokens/s, times that of the unbounded state", true, 2);

  private final Summary summary;
  private final Summary.Section section;

  private ScoreSection(Summary summary, Summary.Section section) {
    this.summary = summary;
    this.section = section;
  }

  static PageSection of(Summary summary, Summary.Section section) {
    var own = new ScoreSection(summary, section);
    boolean stream = section.kind().equals(TaskKinds.EXTRAPOLATION);
    return new PageSection(
        Html.id(section.name()),
        stream ? "streams" : "scores",
        section.title(),
        own.body(stream),
        stream ? StreamCurves.of(summary, section) : own.data());
  }

  private String body(boolean stream) {
    StringBuilder html = new StringBuilder("<p>").append(Html.escape(section.kind().explanation()));
    html.append(' ').append(Html.escape(items())).append("</p>\n");
    html.append("<div class=\"chart\" role=\"img\" aria-label=\"");
    html.append(Html.escape(section.main().title()));
    html.append(stream ? " along the stream" : " against state size");
    html.append("; the table below holds figures of the same runs\"></div>\n").append(grid());
    List<String> orderings = stream ? List.of() : Orderings.words(section);
    if (!orderings.isEmpty()) {
      html.append("<aside class=\"finding\"><h3>The paper's ordering in these figures</h3><ul>");
      orderings.forEach(w -> html.append("<li>").append(Html.escape(w)).append("</li>"));
      html.append("</ul></aside>\n");
    }
    return html.append("<details><summary>All figures</summary>\n")
        .append(all())
        .append("</details>\n")
        .toString();
  }

  private String items() {
    List<String> items =
        summary.cells().stream()
            .filter(c -> c.cell().section().equals(section.name()))
            .map(c -> c.cell().item())
            .distinct()
            .toList();
    int shown = Math.min(items.size(), ITEMS_SHOWN);
    return (items.size() == 1 ? "1 item: " : Numbers.count(items.size()) + " items: ")
        + String.join(", ", items.subList(0, shown))
        + (shown < items.size() ? " and " + Numbers.count(items.size() - shown) + " more." : ".");
  }

  /** Policies down, state sizes across; the best policy of each column is marked. */
  private String grid() {
    List<@Nullable Integer> states = new ArrayList<>(Summary.states(section.rows()));
    if (section.rows().stream().anyMatch(row -> row.state() == null)) {
      states.add(null);
    }
    List<HtmlTable.Column> columns = new ArrayList<>(List.of(HtmlTable.Column.text("policy")));
    states.forEach(
        k -> columns.add(HtmlTable.Column.number(k == null ? "unbounded" : Numbers.count(k))));
    Metric main = section.main();
    HtmlTable table =
        HtmlTable.of(
            "By policy and state size: " + main.title() + "; the best policy in bold", columns);
    for (String policy : section.rows().stream().map(Summary.Row::policy).distinct().toList()) {
      List<HtmlTable.Cell> cells = new ArrayList<>(List.of(HtmlTable.Cell.text(policy)));
      for (Integer k : states) {
        cells.add(
            section.rows().stream()
                .filter(row -> row.isOf(policy, k))
                .findFirst()
                .map(this::value)
                .orElse(HtmlTable.Cell.EMPTY));
      }
      table.row(cells);
    }
    return table.html();
  }

  private HtmlTable.Cell value(Summary.Row row) {
    Double value = row.value(section.main());
    String text =
        Numbers.fixed(value, section.main().decimals())
            + (row.failed() == 0 ? "" : " (" + row.failed() + " failed)");
    return new HtmlTable.Cell(text, value, isBest(row) ? "best" : "");
  }

  /** Whether no other policy is better at the same state, and some policy is worse. */
  private boolean isBest(Summary.Row row) {
    Double own = row.value(section.main());
    if (own == null || Role.of(row.policy(), row.state()) != Role.POLICY) {
      return false;
    }
    double sign = section.main().higherIsBetter() ? -1 : 1;
    boolean someWorse = false;
    for (Summary.Row other : section.rows()) {
      Double value = other.value(section.main());
      if (Objects.equals(other.state(), row.state())
          && value != null
          && Role.of(other.policy(), other.state()) == Role.POLICY) {
        if (sign * value < sign * own) {
          return false;
        }
        someWorse |= sign * value > sign * own;
      }
    }
    return someWorse;
  }

  private String all() {
    List<HtmlTable.Column> columns = new ArrayList<>(List.of(HtmlTable.Column.text("policy")));
    List<String> heads = new ArrayList<>(List.of("state", "items", "failed"));
    section.kind().metrics().forEach(metric -> heads.add(metric.title()));
    heads.addAll(List.of("peak states", "KV memory", "KV reserved", "seconds"));
    heads.forEach(head -> columns.add(HtmlTable.Column.number(head)));
    HtmlTable table = HtmlTable.sortable("All figures: " + section.title(), columns);
    for (Summary.Row row : section.rows()) {
      List<HtmlTable.Cell> cells = new ArrayList<>();
      cells.add(HtmlTable.Cell.text(row.policy()));
      cells.add(HtmlTable.Cell.state(row.state()));
      cells.add(HtmlTable.Cell.count(row.items()));
      cells.add(HtmlTable.Cell.count(row.failed()));
      section
          .kind()
          .metrics()
          .forEach(m -> cells.add(HtmlTable.Cell.number(row.value(m), m.decimals())));
      cells.add(HtmlTable.Cell.count(row.figures().peakStates()));
      cells.add(HtmlTable.Cell.bytes(row.figures().bytes()));
      cells.add(HtmlTable.Cell.bytes(row.figures().reserved()));
      cells.add(HtmlTable.Cell.number(row.seconds(), 2));
      table.row(cells);
    }
    return table.html();
  }

  /** The chart: {@code {metrics: [...], rows: [{policy, state, values}]}}. */
  private Map<String, Object> data() {
    List<Metric> metrics = new ArrayList<>(section.kind().metrics());
    metrics.add(KV_MEMORY);
    metrics.add(RELATIVE);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("metrics", metrics);
    data.put(
        "rows",
        section.rows().stream()
            .map(
                row -> {
                  Map<String, @Nullable Object> point = new LinkedHashMap<>();
                  point.put("policy", row.policy());
                  point.put("state", row.state());
                  Map<String, Double> values = finite(row.metrics());
                  if (row.figures().bytes() > 0) {
                    values.put(KV_MEMORY.name(), row.figures().bytes() / MIB);
                  }
                  Double relative = relative(row);
                  if (relative != null) {
                    values.put(RELATIVE.name(), relative);
                  }
                  point.put("values", values);
                  return point;
                })
            .toList());
    return data;
  }

  /**
   * Of throughputs, the share of what the same model reaches without a bound under the same
   * conditions, as Table 1 of arXiv 2401.06104 has it; null for other tasks or without a topline.
   */
  private @Nullable Double relative(Summary.Row row) {
    String conditions = row.policy().substring(Role.base(row.policy()).length());
    Double own = row.value(section.main());
    if (own == null || !section.kind().equals(TaskKinds.EFFICIENCY)) {
      return null;
    }
    for (Summary.Row other : section.rows()) {
      Double full = other.value(section.main());
      if (other.isOf("full" + conditions, null) && full != null && full > 0) {
        return own / full;
      }
    }
    return null;
  }

  /** JSON has no word for what is not a number. */
  private static Map<String, Double> finite(Map<String, Double> values) {
    return values.entrySet().stream()
        .filter(e -> Double.isFinite(e.getValue()))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
  }
}
