package org.msrnn.eval.sweep;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.msrnn.eval.task.Figures;

/**
 * What the results of a task are, and how those of many items add up.
 *
 * @param <F> its figures
 * @param name its name in cells
 * @param title its name for people
 * @param explanation a sentence or two on what is measured
 * @param figures the record of an item's result
 * @param metrics what is shown of all items together, the main one first; empty for results that
 *     are looked at and not compared
 * @param total the metrics of all items together, by name; what does not apply is left out
 * @param timed whether figures are measured times: of the machine and the moment, and not equal
 *     when they are computed again
 */
public record TaskKind<F extends Figures>(
    String name,
    String title,
    String explanation,
    Class<F> figures,
    List<Metric> metrics,
    Function<List<F>, Map<String, Double>> total,
    boolean timed) {

  /** A task whose figures depend on its input alone. */
  public TaskKind(
      String name,
      String title,
      String explanation,
      Class<F> figures,
      List<Metric> metrics,
      Function<List<F>, Map<String, Double>> total) {
    this(name, title, explanation, figures, metrics, total, false);
  }

  /** The metrics of all items together. */
  public Map<String, Double> total(List<? extends Figures> items) {
    return total.apply(items.stream().map(figures::cast).toList());
  }
}
