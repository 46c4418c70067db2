package org.msrnn.eval.report.page;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.Summary;

/** What the page is about, and what is on it. */
final class PageHead {
  private static final String LEAD =
      "A decoder-only transformer is a recurrent network whose state is the set of keys and values"
          + " of the tokens read so far. Here that set is bounded to k states a layer, a policy"
          + " says which one leaves, and this page shows what each policy makes of the same model.";

  private PageHead() {}

  static String title(Summary summary) {
    return "Bounded-state evaluation of "
        + String.join(", ", summary.settings().getOrDefault("model", List.of("no model")));
  }

  static String of(Summary summary, List<PageSection> sections) {
    StringBuilder html = new StringBuilder("<header><p class=\"kicker\">msrnn report</p><h1>");
    html.append(Html.escape(title(summary))).append("</h1><p class=\"lead\">");
    html.append(LEAD).append("</p>\n<dl class=\"facts\">");
    Map<String, List<String>> settings = summary.settings();
    fact(html, "Policies and references", settings.getOrDefault("policy", List.of()));
    fact(html, "State sizes k", states(summary));
    for (String name : List.of("regime", "positions", "KV storage", "backend", "code version")) {
      fact(html, name, settings.getOrDefault(name, List.of()));
    }
    fact(html, "Cells", List.of(cells(summary)));
    html.append("</dl>\n");
    settings.getOrDefault("model", List.of()).stream()
        .flatMap(model -> BundledModel.note(model).stream())
        .forEach(n -> html.append("<p class=\"note\">").append(Html.escape(n)).append("</p>"));
    html.append("<noscript><p class=\"note\">Charts, maps and the reader's view need scripts;");
    html.append(" the tables hold the figures.</p></noscript></header>\n");
    html.append("<nav class=\"contents\" aria-label=\"Contents\"><h2>Contents</h2><ol>");
    for (PageSection section : sections) {
      html.append("<li><a href=\"#").append(Html.escape(section.id())).append("\">");
      html.append(Html.escape(section.title())).append("</a></li>");
    }
    return html.append("</ol></nav>\n").toString();
  }

  private static void fact(StringBuilder html, String name, List<String> values) {
    if (!values.isEmpty()) {
      html.append("<div><dt>").append(name).append("</dt><dd>");
      html.append(Html.escape(String.join(", ", values))).append("</dd></div>");
    }
  }

  private static List<String> states(Summary summary) {
    return summary.cells().stream()
        .map(c -> c.cell().settings().state())
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .distinct()
        .sorted()
        .map(Numbers::count)
        .toList();
  }

  private static String cells(Summary summary) {
    long failed = summary.cells().stream().filter(c -> !c.done()).count();
    double seconds = summary.cells().stream().mapToDouble(c -> c.seconds()).sum();
    return Numbers.count(summary.cells().size() - failed)
        + " done"
        + (failed == 0 ? "" : ", " + Numbers.count(failed) + " failed")
        + ", "
        + Numbers.seconds(seconds);
  }
}
