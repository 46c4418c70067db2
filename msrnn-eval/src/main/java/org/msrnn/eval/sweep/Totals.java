package org.msrnn.eval.sweep;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.msrnn.eval.task.Figures;

/** The usual ways in which items add up. */
final class Totals {
  /** The metric that says how far a mean may be off. */
  static final String STANDARD_ERROR = Metric.STANDARD_ERROR;

  private Totals() {}

  /** The mean of every metric over the items that have it, and the main one's standard error. */
  static <F extends Figures> Function<List<F>, Map<String, Double>> means(String main) {
    return items -> {
      Map<String, Double> total = new LinkedHashMap<>();
      items.stream()
          .flatMap(item -> item.metrics().keySet().stream())
          .distinct()
          .forEach(name -> total.put(name, mean(values(items, name))));
      double[] values = values(items, main);
      if (values.length > 1) {
        total.put(STANDARD_ERROR, standardError(values));
      }
      return total;
    };
  }

  private static double[] values(List<? extends Figures> items, String name) {
    return items.stream()
        .map(Figures::metrics)
        .filter(metrics -> metrics.containsKey(name))
        .mapToDouble(metrics -> metrics.getOrDefault(name, Double.NaN))
        .toArray();
  }

  private static double mean(double[] values) {
    return java.util.Arrays.stream(values).average().orElse(Double.NaN);
  }

  private static double standardError(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1) / values.length);
  }
}
