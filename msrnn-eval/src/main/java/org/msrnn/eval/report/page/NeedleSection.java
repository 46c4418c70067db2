package org.msrnn.eval.report.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.TaskKinds;
import org.msrnn.eval.task.RetrievalFigures;

/**
 * Retrieval by the length of the prompt and the depth at which the answer stands in it: one heat
 * map a policy and state size. A map is a table whose cells are coloured, and needs no script.
 */
final class NeedleSection {

  /**
   * One item.
   *
   * @param policy the policy
   * @param state k; null if unbounded
   * @param length tokens of prompt and answer
   * @param depth share of the text before the answer, from 0 to 1
   * @param score from 0 to 1
   */
  private record Needle(
      String policy, @Nullable Integer state, int length, double depth, double score) {}

  private record Setup(String policy, @Nullable Integer state) {}

  /** From here on the colour is so dark that the number is written in white. */
  private static final int DARK = 65;

  private NeedleSection() {}

  static List<PageSection> of(Summary summary) {
    List<Needle> needles = new ArrayList<>();
    for (CellRecord record : summary.results(TaskKinds.NEEDLE_MAP)) {
      if (record.result() instanceof RetrievalFigures figures && figures.depth() != null) {
        needles.add(
            new Needle(
                summary.policy(record),
                record.cell().settings().state(),
                figures.length(),
                figures.depth(),
                figures.score()));
      }
    }
    return of(needles);
  }

  private static List<PageSection> of(List<Needle> needles) {
    Map<Setup, List<Needle>> maps = new LinkedHashMap<>();
    for (Needle needle : needles) {
      maps.computeIfAbsent(new Setup(needle.policy, needle.state), s -> new ArrayList<>())
          .add(needle);
    }
    if (maps.isEmpty()) {
      return List.of();
    }
    List<Integer> lengths = needles.stream().map(Needle::length).distinct().sorted().toList();
    List<Double> depths = needles.stream().map(Needle::depth).distinct().sorted().toList();
    StringBuilder html = new StringBuilder();
    html.append("<p>One needle at every depth of every length: how much of the answer the model");
    html.append(" repeats, in per cent. Down goes the depth of the needle in the text, 0 % is its");
    html.append(" beginning; across the length in tokens.</p>\n<div class=\"heats\">");
    maps.forEach((setup, own) -> html.append(map(setup, own, lengths, depths)));
    html.append("</div>\n<p class=\"heat-scale\" aria-hidden=\"true\"><span>0 %</span>");
    html.append("<span class=\"ramp\"></span><span>100 %</span></p>\n");
    return List.of(PageSection.plain("needle", "Needle map", html.toString()));
  }

  private static String map(
      Setup setup, List<Needle> needles, List<Integer> lengths, List<Double> depths) {
    StringBuilder html = new StringBuilder("<table class=\"heat\"><caption><b>");
    html.append(Html.escape(setup.policy)).append("</b>, ");
    html.append(setup.state == null ? "unbounded" : "<i>k</i> = " + Numbers.count(setup.state));
    html.append("</caption><thead><tr><th scope=\"col\">depth</th>");
    lengths.forEach(
        l -> html.append("<th scope=\"col\">").append(Numbers.count(l)).append("</th>"));
    html.append("</tr></thead><tbody>");
    for (double depth : depths) {
      html.append("<tr><th scope=\"row\">").append(Math.round(100 * depth)).append(" %</th>");
      for (int length : lengths) {
        html.append(
            cell(
                needles.stream()
                    .filter(n -> n.length == length && n.depth == depth)
                    .mapToDouble(Needle::score)
                    .average()
                    .orElse(Double.NaN)));
      }
      html.append("</tr>");
    }
    return html.append("</tbody></table>\n").toString();
  }

  private static String cell(double score) {
    if (Double.isNaN(score)) {
      return "<td class=\"none\">-</td>";
    }
    long percent = Math.round(100 * Math.clamp(score, 0, 1));
    return "<td style=\"--v:"
        + percent
        + "%\""
        + (percent > DARK ? " class=\"high\">" : ">")
        + percent
        + "</td>";
  }
}
