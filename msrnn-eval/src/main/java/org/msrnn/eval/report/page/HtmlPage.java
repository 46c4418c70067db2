package org.msrnn.eval.report.page;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.sweep.TaskKinds;

/**
 * One page that holds all it needs. What can be said in words and tables stands in it as plain
 * HTML, so that it can be read without scripts; pictures are drawn from the data beside them.
 */
public final class HtmlPage {
  /** In this order: each may use what those before it define. */
  private static final List<String> SCRIPTS =
      List.of(
          "base.js",
          "chart.js",
          "scores.js",
          "streams.js",
          "kept.js",
          "tags.js",
          "reader.js",
          "table.js",
          "start.js");

  private HtmlPage() {}

  /** The page of a journal's cells. */
  public static String of(Summary summary) {
    return of(summary, KeptDocuments.of(summary));
  }

  static String of(Summary summary, List<KeptDocument> kept) {
    List<PageSection> sections = new ArrayList<>();
    for (Summary.Section section : summary.sections()) {
      // A mean over depths and lengths is what needle maps take apart.
      if (!section.kind().equals(TaskKinds.NEEDLE_MAP)) {
        sections.add(ScoreSection.of(summary, section));
      }
    }
    sections.addAll(NeedleSection.of(summary));
    sections.addAll(KeptSections.of(kept));
    sections.addAll(CellSections.of(summary));
    String body =
        PageHead.of(summary, sections)
            + sections.stream().map(PageSection::html).collect(Collectors.joining());
    // The parts go in once each and in this order: none can be taken for a place of another.
    String[] template =
        resource("report.html").split("@(title|style|body|data|echarts|script)@", -1);
    return template[0]
        + Html.escape(PageHead.title(summary))
        + template[1]
        + resource("report.css")
        + template[2]
        + body
        + template[3]
        + Html.scriptJson(Json.line(data(summary, sections)))
        + template[4]
        + Html.script(resource("echarts.min.js"))
        + template[5]
        + SCRIPTS.stream().map(HtmlPage::resource).map(Html::script).collect(Collectors.joining())
        + template[6];
  }

  private static String resource(String name) {
    return new String(TextFile.resource(HtmlPage.class, name), StandardCharsets.UTF_8);
  }

  /** What the pictures show, by section, and who is who: a policy looks the same in all of them. */
  private static Map<String, Object> data(Summary summary, List<PageSection> sections) {
    Map<String, Object> roles = new LinkedHashMap<>();
    summary.rows().forEach(r -> roles.put(r.policy(), Role.of(r.policy(), r.state()).written()));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("policies", roles);
    for (PageSection section : sections) {
      if (section.data() != null) {
        data.put(section.id(), section.data());
      }
    }
    return data;
  }
}
