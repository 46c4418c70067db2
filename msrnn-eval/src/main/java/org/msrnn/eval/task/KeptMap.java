package org.msrnn.eval.task;

import java.util.List;
import java.util.Map;

/**
 * Which tokens were kept at which step (arXiv 2401.06104, figure 8). A state that left never comes
 * back, so that one number a token says it all.
 *
 * @param every steps between two columns of the picture; the figures are exact
 * @param tokens tokens fed
 * @param layers some layers' maps
 * @param state how large the multi-state became
 */
public record KeptMap(int every, int tokens, List<LayerMap> layers, StateFigures state)
    implements Figures {

  /**
   * One layer's map.
   *
   * @param layer the layer
   * @param kvHead the KV head looked at; all have the same with granularity {@code layer}
   * @param keptUntil for each position, the tokens fed when its state was last kept after a step
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record LayerMap(int layer, int kvHead, int[] keptUntil) {}

  @Override
  public Map<String, Double> metrics() {
    return Map.of();
  }

  /** First, middle and last layer of a model. */
  public static List<Integer> someLayers(int layers) {
    return List.of(0, layers / 2, layers - 1).stream().distinct().toList();
  }
}
