package org.msrnn.eval.report.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.StreamFigures;

/** Perplexity along streams: one curve a policy, state size and position scheme. */
final class StreamCurves {
  /** More points than this nobody sees. */
  private static final int MOST_POINTS = 500;

  /** A curve; its points are {@code [tokens, cumulative, windowed]}. */
  private record Curve(String policy, @Nullable Integer state, List<List<Double>> points) {}

  private record Name(String policy, @Nullable Integer state) {}

  private StreamCurves() {}

  static Map<String, Object> of(Summary summary, Summary.Section section) {
    Map<Name, List<StreamFigures>> streams = new LinkedHashMap<>();
    for (CellRecord record : summary.cells()) {
      if (record.cell().section().equals(section.name())
          && record.result() instanceof StreamFigures figures) {
        Name name = new Name(summary.policy(record), record.cell().settings().state());
        streams.computeIfAbsent(name, n -> new ArrayList<>()).add(figures);
      }
    }
    List<Curve> curves = new ArrayList<>();
    streams.forEach((name, own) -> curves.add(new Curve(name.policy, name.state, points(own))));
    return Map.of("curves", curves);
  }

  /** Of several streams the geometric mean, as far as all of them go. */
  private static List<List<Double>> points(List<StreamFigures> streams) {
    List<List<StreamFigures.Point>> all = streams.stream().map(StreamFigures::curve).toList();
    int length = all.stream().mapToInt(List::size).min().orElse(0);
    int every = Math.max(1, (length + MOST_POINTS - 1) / MOST_POINTS);
    List<List<Double>> points = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      if ((length - 1 - i) % every == 0) {
        int at = i;
        List<StreamFigures.Point> here = all.stream().map(curve -> curve.get(at)).toList();
        points.add(
            List.of(
                (double) here.getFirst().tokens(),
                mean(here.stream().map(StreamFigures.Point::cumulative).toList()),
                mean(here.stream().map(StreamFigures.Point::windowed).toList())));
      }
    }
    return points;
  }

  private static double mean(List<Double> values) {
    return Math.exp(values.stream().mapToDouble(Math::log).average().orElse(0));
  }
}
