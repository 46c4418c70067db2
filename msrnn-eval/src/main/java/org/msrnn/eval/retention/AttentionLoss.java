package org.msrnn.eval.retention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The attention of the full model that goes to states which a policy does not hold any more: 1 less
 * the weights of those held, the query's own among them, mean over all steps.
 *
 * <p>The rows are those of the full model on its own states, mean over the query heads; what the
 * bounded model attends to in their place is not asked. Where KV heads keep sets of their own, each
 * set is held against the same rows, and the mean over the layer's sets is taken.
 *
 * @param mean mean over layers
 * @param byLayer each layer's
 */
public record AttentionLoss(double mean, List<Double> byLayer) {

  /** The loss of what was kept. */
  public static AttentionLoss of(AttentionTrace trace, Retention retention) {
    double[] sums = new double[trace.layers()];
    int[] sets = new int[trace.layers()];
    for (SetRetention set : retention.sets()) {
      sums[set.layer()] += loss(trace, set.layer(), set.keptUntil(retention.tokens()));
      sets[set.layer()]++;
    }
    Arrays.setAll(sums, l -> sums[l] / sets[l]);
    return of(sums);
  }

  /** A query at position t sees what was kept after t tokens, and its own state. */
  private static double loss(AttentionTrace trace, int layer, int[] keptUntil) {
    double lost = 0;
    for (int t = 0; t < trace.tokens(); t++) {
      for (int p = 0; p < t; p++) {
        if (keptUntil[p] < t) {
          lost += trace.weight(layer, t, p);
        }
      }
    }
    return lost / trace.tokens();
  }

  /**
   * What no choice of states can go below: at every step the k states that get the most attention
   * are held beside the query's own, whether or not they were held before.
   */
  public static AttentionLoss least(AttentionTrace trace, int states) {
    double[] losses = new double[trace.layers()];
    double[] row = new double[trace.tokens()];
    for (int l = 0; l < losses.length; l++) {
      for (int t = states + 1; t < trace.tokens(); t++) {
        for (int p = 0; p < t; p++) {
          row[p] = trace.weight(l, t, p);
        }
        Arrays.sort(row, 0, t);
        for (int i = 0; i < t - states; i++) {
          losses[l] += row[i];
        }
      }
      losses[l] /= trace.tokens();
    }
    return of(losses);
  }

  private static AttentionLoss of(double[] byLayer) {
    List<Double> losses = new ArrayList<>();
    Arrays.stream(byLayer).forEach(losses::add);
    return new AttentionLoss(Arrays.stream(byLayer).average().orElse(0), List.copyOf(losses));
  }
}
