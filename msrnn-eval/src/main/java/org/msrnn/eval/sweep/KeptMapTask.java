package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.eval.retention.Retention;
import org.msrnn.eval.retention.RetentionRecorder;
import org.msrnn.eval.task.KeptMap;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;

/**
 * Kept-token maps of the start of a document: one a bounded policy, at its second-smallest state
 * where there are two.
 *
 * @param document the text
 * @param protocol how it becomes a stream
 * @param tokens tokens of a map
 */
public record KeptMapTask(TokenDocument document, TextProtocol protocol, int tokens)
    implements Task {
  private static final int EVERY = 4;

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    Map<String, List<Setup>> byPolicy = new LinkedHashMap<>();
    for (Setup setup : setups) {
      if (setup.state() != null && setup.reference() == null) {
        byPolicy.computeIfAbsent(setup.policy(), p -> new ArrayList<>()).add(setup);
      }
    }
    return byPolicy.values().stream().map(own -> cell(machine, second(own))).toList();
  }

  /** Some layers, each with the set of its first KV head. */
  private static KeptMap map(Retention retention, List<Integer> layers) {
    int tokens = retention.tokens();
    List<KeptMap.LayerMap> maps =
        retention.sets().stream()
            .filter(set -> set.kvHead() <= 0 && layers.contains(set.layer()))
            .map(set -> new KeptMap.LayerMap(set.layer(), 0, set.keptUntil(tokens)))
            .toList();
    return new KeptMap(EVERY, tokens, maps, retention.state());
  }

  private static Setup second(List<Setup> setups) {
    List<Setup> sorted =
        setups.stream().sorted(Comparator.comparingInt(s -> s.spec().states())).toList();
    return sorted.get(Math.min(1, sorted.size() - 1));
  }

  private Cell cell(Machine machine, Setup setup) {
    int[] ids = document.start(protocol, tokens);
    SortedMap<String, String> own =
        new TreeMap<>(
            Map.of(
                "bos", Boolean.toString(protocol.bos()),
                "every", Integer.toString(EVERY),
                "tokens", Integer.toString(tokens)));
    CellId id =
        new CellId(
            TaskKinds.KEPT_MAP.name(), document.name(), document.digest(), own, setup.settings());
    var msrnn = machine.model().msrnn();
    List<Integer> layers = KeptMap.someLayers(msrnn.model().layers());
    StateSpec spec = setup.spec().with(Regime.STEPWISE);
    return new Cell(
        id, watch -> map(RetentionRecorder.record(msrnn, spec, ids, LogitsSink.NONE), layers));
  }
}
