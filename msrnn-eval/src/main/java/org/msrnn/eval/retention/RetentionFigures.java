package org.msrnn.eval.retention;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.Figures;
import org.msrnn.eval.task.StateFigures;

/**
 * What was kept of a text, for how long, and what was lost with the rest.
 *
 * @param retention who was kept until when; see {@link Retention#forResult}
 * @param lifetimes for how many steps, over all sets
 * @param loss the attention lost; null where the full model was not asked
 * @param leastLoss what no choice of k states can go below; for the clairvoyant reference alone
 */
public record RetentionFigures(
    Retention retention,
    Lifetimes lifetimes,
    @Nullable AttentionLoss loss,
    @Nullable Double leastLoss)
    implements Figures {

  @Override
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    put(metrics, "attentionLoss", loss == null ? null : (Double) loss.mean());
    put(metrics, "leastAttentionLoss", leastLoss);
    put(metrics, "meanSteps", lifetimes.mean());
    put(metrics, "steadySteps", lifetimes.steady());
    put(
        metrics,
        "firstTokenSteps",
        lifetimes.first().isEmpty() ? null : (Double) lifetimes.first().getFirst().mean());
    put(metrics, "recentShare", lifetimes.recent());
    return metrics;
  }

  private static void put(Map<String, Double> metrics, String name, @Nullable Double value) {
    if (value != null) {
      metrics.put(name, value);
    }
  }

  @Override
  public StateFigures state() {
    return retention.state();
  }
}
