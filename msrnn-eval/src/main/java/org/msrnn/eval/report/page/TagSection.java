package org.msrnn.eval.report.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.page.KeptDocument.Kept;
import org.msrnn.eval.report.page.KeptDocument.TagLife;

/** For how many steps tokens are held, by part of speech (arXiv 2401.06104, section 7.3). */
final class TagSection {
  private record Setup(String policy, @Nullable Integer state) {}

  /** Sums over texts. */
  private record Sum(long count, double steps) {
    Sum with(Sum other) {
      return new Sum(count + other.count, steps + other.steps);
    }

    double mean() {
      return steps / count;
    }
  }

  private TagSection() {}

  static List<PageSection> of(List<KeptDocument> documents) {
    Map<Setup, Map<String, Sum>> sums = new LinkedHashMap<>();
    for (KeptDocument document : documents) {
      for (Kept kept : document.setups()) {
        for (TagLife life : kept.lives()) {
          sums.computeIfAbsent(new Setup(kept.policy(), kept.state()), s -> new LinkedHashMap<>())
              .merge(life.tag(), new Sum(life.count(), life.mean() * life.count()), Sum::with);
        }
      }
    }
    return sums.isEmpty()
        ? List.of()
        : List.of(
            new PageSection(
                "tags", "tags", "Life by part of speech", body(sums), Map.of("rows", rows(sums))));
  }

  private static List<Map<String, @Nullable Object>> rows(Map<Setup, Map<String, Sum>> sums) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    sums.forEach(
        (setup, tags) -> {
          Map<String, @Nullable Object> row = new LinkedHashMap<>();
          row.put("policy", setup.policy);
          row.put("state", setup.state);
          List<Object> lives = new ArrayList<>();
          tags.forEach((tag, sum) -> lives.add(new TagLife(tag, sum.count, sum.mean())));
          row.put("tags", lives);
          rows.add(row);
        });
    return rows;
  }

  private static String body(Map<Setup, Map<String, Sum>> sums) {
    HtmlTable table =
        HtmlTable.sortable(
            "Mean steps held by part of speech",
            List.of(
                HtmlTable.Column.text("tag"),
                HtmlTable.Column.text("policy"),
                HtmlTable.Column.number("k"),
                HtmlTable.Column.number("tokens"),
                HtmlTable.Column.number("mean steps held")));
    sums.forEach(
        (setup, tags) ->
            tags.entrySet().stream()
                .sorted(
                    Comparator.comparingDouble(
                            (Map.Entry<String, Sum> tag) -> tag.getValue().mean())
                        .reversed())
                .forEach(
                    tag ->
                        table.row(
                            List.of(
                                HtmlTable.Cell.text(tag.getKey()),
                                HtmlTable.Cell.text(setup.policy),
                                HtmlTable.Cell.state(setup.state),
                                HtmlTable.Cell.count(tag.getValue().count),
                                HtmlTable.Cell.number(tag.getValue().mean(), 1)))));
    return "<p>Mean steps that a token's state is held, over all layers, by its Penn tag, the"
        + " longest first. In the steady state one state comes and one leaves at each step,"
        + " so that the mean over all tokens is k whatever the policy (Little's law): the"
        + " dashed line. Left of it are the tokens that a policy lets go, right of it those"
        + " that it holds.</p>\n"
        + "<div class=\"controls\"></div><div class=\"chart\" role=\"img\" aria-label=\"Mean"
        + " steps held by part of speech; the table below holds the figures\"></div>\n"
        + "<details><summary>All figures</summary>\n"
        + table.html()
        + "</details>\n";
  }
}
