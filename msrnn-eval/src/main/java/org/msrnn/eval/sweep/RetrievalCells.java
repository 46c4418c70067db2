package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.msrnn.eval.retrieval.NeedleMap;
import org.msrnn.eval.retrieval.RetrievalItem;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.Reference;
import org.msrnn.eval.task.RetrievalTask;

/**
 * Retrieval items, and those of a needle map, which are a task of their own. The baseline answers
 * from the last k tokens of a prompt; its state grows by the answer.
 *
 * @param items the items, made for the model's tokenizer
 */
public record RetrievalCells(List<RetrievalItem> items) implements Task {
  /** Copies the items. */
  public RetrievalCells {
    items = List.copyOf(items);
  }

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    List<Cell> cells = new ArrayList<>();
    for (RetrievalItem item : items) {
      String digest = item.digest();
      for (Setup setup : setups) {
        if (setup.reference() != Reference.CLAIRVOYANT) {
          cells.add(cell(machine, item, digest, setup));
        }
      }
    }
    return cells;
  }

  private static Cell cell(Machine machine, RetrievalItem item, String digest, Setup setup) {
    SortedMap<String, String> own =
        new TreeMap<>(
            Map.of(
                "length", Integer.toString(item.length()),
                "match", item.match().name().toLowerCase(Locale.ROOT),
                "max-new-tokens", Integer.toString(item.newTokens())));
    TaskKind<?> kind =
        item.kind().equals(NeedleMap.KIND) ? TaskKinds.NEEDLE_MAP : TaskKinds.RETRIEVAL;
    CellId id = new CellId(kind.name(), item.id(), digest, own, setup.settings());
    Integer cut = setup.reference() == Reference.BASELINE ? setup.state() : null;
    RetrievalTask task = new RetrievalTask(machine.model(), setup.spec(), cut);
    int most = item.newTokens();
    return new Cell(id, watch -> task.run(item, n -> watch.update(n, most, () -> n + " tokens")));
  }
}
