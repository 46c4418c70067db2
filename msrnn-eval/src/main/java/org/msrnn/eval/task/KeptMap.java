package org.msrnn.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.Trigger;

/**
 * Which tokens were kept at which step (arXiv 2401.06104, figure 8). A state that left never comes
 * back, so that one number a token says it all.
 *
 * @param every steps between two looks; all figures are exact to that
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
   * @param keptUntil for each position, the tokens fed when its state was last seen kept; 0 if
   *     never
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record LayerMap(int layer, int kvHead, int[] keptUntil) {}

  /**
   * Feeds tokens in the stepwise regime and looks at what is kept.
   *
   * @param msrnn the model
   * @param spec what the multi-state is to be
   * @param ids the tokens
   * @param every steps between two looks
   * @param layers the layers to look at
   */
  public static KeptMap record(
      Msrnn msrnn, StateSpec spec, int[] ids, int every, List<Integer> layers) {
    List<LayerMap> maps = new ArrayList<>();
    layers.forEach(layer -> maps.add(new LayerMap(layer, 0, new int[ids.length])));
    // A feed is a prompt: policies that act at the end of one must not see one at every look.
    boolean byStep = spec.policy().trigger().kind() != Trigger.Kind.EVERY;
    float[] logits = new float[msrnn.model().vocabulary()];
    StateFigures figures;
    try (MultiState state = msrnn.start(spec.with(Regime.STEPWISE))) {
      for (int from = 0; from < ids.length; from += every) {
        int to = Math.min(ids.length, from + every);
        if (byStep) {
          for (int i = from; i < to; i++) {
            msrnn.step(state, ids[i], logits);
          }
        } else {
          msrnn.feed(state, Arrays.copyOfRange(ids, from, to), LogitsSink.NONE);
        }
        for (LayerMap map : maps) {
          for (long position : state.kept(map.layer(), map.kvHead())) {
            map.keptUntil()[Math.toIntExact(position)] = to;
          }
        }
      }
      figures = StateFigures.of(state);
    }
    return new KeptMap(every, ids.length, List.copyOf(maps), figures);
  }

  @Override
  public Map<String, Double> metrics() {
    return Map.of();
  }

  /** First, middle and last layer of a model. */
  public static List<Integer> someLayers(int layers) {
    return List.of(0, layers / 2, layers - 1).stream().distinct().toList();
  }
}
