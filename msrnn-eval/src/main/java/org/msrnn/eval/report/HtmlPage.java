package org.msrnn.eval.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.sweep.TaskKinds;
import org.msrnn.eval.task.KeptMap;

/**
 * One page that holds all it needs: figures, curves, kept-token maps, settings. Tables stand in it
 * as plain HTML, so that it can be read without scripts.
 */
final class HtmlPage {
  private final Summary summary;
  private final StringBuilder body = new StringBuilder();

  private HtmlPage(Summary summary) {
    this.summary = summary;
  }

  static String of(Summary summary) {
    HtmlPage page = new HtmlPage(summary);
    page.head();
    summary.sections().forEach(page::section);
    page.maps();
    page.settings();
    page.failures();
    // The parts go in once each and in this order: none can be taken for a place of another.
    String[] template = resource("report.html").split("@(style|body|data|echarts|script)@", -1);
    return template[0]
        + resource("report.css")
        + template[1]
        + page.body
        + template[2]
        + Html.scriptJson(Json.line(page.data()))
        + template[3]
        + Html.script(resource("echarts.min.js"))
        + template[4]
        + Html.script(resource("report.js"))
        + template[5];
  }

  private static String resource(String name) {
    return new String(TextFile.resource(HtmlPage.class, name), StandardCharsets.UTF_8);
  }

  private void head() {
    Map<String, List<String>> settings = summary.settings();
    body.append("<header><h1>msrnn sweep</h1><p>");
    body.append(
        "Each curve is one policy: the metric against the state size <i>k</i>, the most key/value");
    body.append(" states that a layer keeps. The dashed line is the topline, the same model with");
    body.append(" unbounded state.</p><dl class=\"facts\">");
    fact("Model", settings.get("model"));
    fact("Regime", settings.get("regime"));
    fact("Positions", settings.get("positions"));
    fact("Backend", settings.get("backend"));
    fact("Code version", settings.get("code version"));
    body.append("</dl>\n");
    settings.getOrDefault("model", List.of()).stream()
        .flatMap(model -> BundledModel.note(model).stream())
        .forEach(n -> body.append("<p class=\"note\">").append(Html.escape(n)).append("</p>"));
    body.append("</header>\n");
  }

  private void fact(String name, @Nullable List<String> values) {
    if (values != null) {
      body.append("<div><dt>").append(name).append("</dt><dd>");
      body.append(Html.escape(String.join(", ", values))).append("</dd></div>");
    }
  }

  private void section(Summary.Section section) {
    Metric main = section.main();
    body.append("<section><h2>").append(Html.escape(section.title())).append("</h2><p>");
    body.append(Html.escape(section.kind().explanation())).append(' ');
    body.append(items(section.name())).append("</p>\n");
    body.append("<div class=\"chart\" role=\"img\" data-section=\"");
    body.append(Html.escape(section.name()));
    body.append("\" aria-label=\"").append(Html.escape(main.title()));
    body.append(" against state size; the table below holds the same figures\"></div>\n");
    grid(section);
    details(section);
    body.append("</section>\n");
  }

  private String items(String section) {
    List<String> items =
        summary.cells().stream()
            .filter(c -> c.cell().section().equals(section))
            .map(c -> c.cell().item())
            .distinct()
            .toList();
    String count = items.size() == 1 ? "1 item: " : items.size() + " items: ";
    int shown = Math.min(items.size(), 6);
    return Html.escape(
        count
            + String.join(", ", items.subList(0, shown))
            + (shown < items.size() ? " and " + (items.size() - shown) + " more." : "."));
  }

  /** Policies down, state sizes across; the best of each column is marked. */
  private void grid(Summary.Section section) {
    List<@Nullable Integer> columns = new ArrayList<>(Summary.states(section.rows()));
    columns.add(null);
    body.append("<div class=\"scroll\"><table><caption>By policy and state size</caption>");
    body.append("<thead><tr><th scope=\"col\">policy</th>");
    for (Integer k : columns) {
      body.append("<th scope=\"col\" class=\"n\">");
      body.append(k == null ? "unbounded" : Numbers.count(k)).append("</th>");
    }
    body.append("</tr></thead><tbody>\n");
    for (String policy : section.rows().stream().map(Summary.Row::policy).distinct().toList()) {
      body.append("<tr><th scope=\"row\">").append(Html.escape(policy)).append("</th>");
      for (Integer k : columns) {
        Summary.Row row = find(section, policy, k);
        boolean best = k != null && row != null && isBest(section, row);
        body.append(best ? "<td class=\"n best\">" : "<td class=\"n\">");
        body.append(row == null ? "" : value(row, section.main())).append("</td>");
      }
      body.append("</tr>\n");
    }
    body.append("</tbody></table></div>\n");
  }

  private static String value(Summary.Row row, Metric metric) {
    return Numbers.fixed(row.value(metric), metric.decimals());
  }

  private static Summary.@Nullable Row find(
      Summary.Section section, String policy, @Nullable Integer state) {
    return section.rows().stream().filter(r -> r.isOf(policy, state)).findFirst().orElse(null);
  }

  /** Whether no other policy is better at the same state, and some policy is worse. */
  private static boolean isBest(Summary.Section section, Summary.Row row) {
    double sign = section.main().higherIsBetter() ? -1 : 1;
    Double own = row.value(section.main());
    if (own == null) {
      return false;
    }
    boolean someWorse = false;
    for (Summary.Row other : section.rows()) {
      Double value = other.value(section.main());
      if (Objects.equals(other.state(), row.state()) && value != null) {
        if (sign * value < sign * own) {
          return false;
        }
        someWorse |= sign * value > sign * own;
      }
    }
    return someWorse;
  }

  private void details(Summary.Section section) {
    body.append("<details><summary>All figures</summary><div class=\"scroll\"><table><thead><tr>");
    List<String> heads = new ArrayList<>(List.of("state", "items", "failed"));
    section.kind().metrics().forEach(metric -> heads.add(metric.title()));
    heads.addAll(List.of("peak states", "KV memory", "KV reserved", "seconds"));
    body.append("<th scope=\"col\">policy</th>");
    heads.forEach(h -> body.append("<th scope=\"col\" class=\"n\">").append(h).append("</th>"));
    body.append("</tr></thead><tbody>\n");
    for (Summary.Row row : section.rows()) {
      body.append("<tr><th scope=\"row\">").append(Html.escape(row.policy())).append("</th>");
      cell(row.state() == null ? "unbounded" : Numbers.count(row.state()));
      cell(Integer.toString(row.items()));
      cell(Integer.toString(row.failed()));
      section.kind().metrics().forEach(metric -> cell(value(row, metric)));
      cell(Numbers.count(row.figures().peakStates()));
      cell(Numbers.bytes(row.figures().bytes()));
      cell(Numbers.bytes(row.figures().reserved()));
      cell(Numbers.fixed(row.seconds(), 2));
      body.append("</tr>\n");
    }
    body.append("</tbody></table></div></details>\n");
  }

  private void cell(String text) {
    body.append("<td class=\"n\">").append(text).append("</td>");
  }

  private void maps() {
    List<CellRecord> maps = summary.results(TaskKinds.KEPT_MAP);
    if (maps.isEmpty()) {
      return;
    }
    KeptMap first = map(maps.getFirst());
    body.append("<section><h2>What is kept</h2><p>The first ");
    body.append(Numbers.count(first.tokens())).append(" tokens of ");
    body.append(Html.escape(maps.getFirst().cell().item()));
    body.append(
        ", in the stepwise regime. Down goes the step, across the token's position; ink means");
    body.append(
        " that the token's state is still kept at that step. A policy without bound would fill");
    body.append(" the triangle. Looked at every ").append(first.every()).append(" steps.</p>\n");
    body.append("<p><label for=\"layer\">Layer</label> <select id=\"layer\">");
    int middle = first.layers().size() / 2;
    for (int i = 0; i < first.layers().size(); i++) {
      body.append("<option value=\"").append(i).append(i == middle ? "\" selected>" : "\">");
      body.append(first.layers().get(i).layer()).append("</option>");
    }
    body.append("</select> <span class=\"quiet\">counted from 0</span></p>\n<div class=\"maps\">");
    for (int m = 0; m < maps.size(); m++) {
      var settings = maps.get(m).cell().settings();
      KeptMap map = map(maps.get(m));
      body.append("<figure><figcaption><b>").append(Html.escape(settings.policy()));
      body.append("</b>, <i>k</i> = ").append(settings.state());
      body.append(settings.granularity().equals("layer") ? "" : ", KV head 0")
          .append("</figcaption>");
      body.append("<canvas class=\"map\" data-map=\"")
          .append(m)
          .append("\" role=\"img\"></canvas>");
      for (int i = 0; i < map.layers().size(); i++) {
        body.append("<p class=\"says quiet\" data-layer=\"").append(i);
        body.append(i == middle ? "\">" : "\" hidden>");
        body.append(Html.escape(MapWords.of(map, i))).append("</p>");
      }
      body.append("</figure>\n");
    }
    body.append("</div></section>\n");
  }

  private static KeptMap map(CellRecord record) {
    return TaskKinds.KEPT_MAP.figures().cast(Objects.requireNonNull(record.result()));
  }

  private void settings() {
    body.append(
        "<section><h2>Settings</h2><p>All that the figures depend on beside the texts.</p>");
    body.append("<div class=\"scroll\"><table class=\"settings\"><tbody>\n");
    summary
        .settings()
        .forEach(
            (name, values) -> {
              body.append("<tr><th scope=\"row\">").append(Html.escape(name)).append("</th><td>");
              body.append(Html.escape(String.join(", ", values))).append("</td></tr>\n");
            });
    body.append("</tbody></table></div></section>\n");
  }

  private void failures() {
    List<CellRecord> failed = summary.cells().stream().filter(c -> !c.done()).toList();
    if (failed.isEmpty()) {
      return;
    }
    body.append(
        "<section><h2>Failed cells</h2><p>The figures lack these; the same command tries them");
    body.append(" again.</p><ul>\n");
    for (CellRecord record : failed) {
      var cell = record.cell();
      Integer state = cell.settings().state();
      String where =
          cell.task()
              + ", "
              + cell.item()
              + ", "
              + cell.settings().policy()
              + (state == null ? "" : ", state " + state);
      body.append("<li>").append(Html.escape(where + ": " + record.error())).append("</li>\n");
    }
    body.append("</ul></section>\n");
  }

  private Map<String, Object> data() {
    List<Object> tasks = new ArrayList<>();
    for (Summary.Section section : summary.sections()) {
      Metric main = section.main();
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("section", section.name());
      one.put("metric", main.title());
      one.put("decimals", main.decimals());
      one.put("zero", main.higherIsBetter());
      one.put("rows", section.rows().stream().map(row -> point(row, main)).toList());
      tasks.add(one);
    }
    List<Object> maps = new ArrayList<>();
    summary.results(TaskKinds.KEPT_MAP).forEach(c -> maps.add(map(c)));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("tasks", tasks);
    data.put("maps", maps);
    return data;
  }

  /** A point of a chart. */
  private record Point(String policy, @Nullable Integer state, @Nullable Double value) {}

  private static Point point(Summary.Row row, Metric metric) {
    return new Point(row.policy(), row.state(), row.value(metric));
  }
}
