package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.msrnn.eval.task.Generator;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.RetrievalItem;
import org.msrnn.eval.task.RetrievalItems;
import org.msrnn.eval.task.RetrievalKind;
import org.msrnn.eval.task.RetrievalTask;

/**
 * Retrieval items.
 *
 * @param items how many
 * @param kinds the kinds, in turn
 * @param length tokens of prompt and answer together; 0 for as many as the model's context has
 * @param newTokens the most tokens of an answer
 * @param seed seed of the items
 */
public record RetrievalCells(
    int items, List<RetrievalKind> kinds, int length, int newTokens, long seed) implements Task {
  /** Copies the kinds. */
  public RetrievalCells {
    kinds = List.copyOf(kinds);
  }

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    int fitted = length == 0 ? machine.model().info().context() : length;
    var tokenizer = machine.model().tokenizer();
    var maker =
        new RetrievalItems(
            text -> Generator.prompt(tokenizer, text).length, fitted, newTokens, seed);
    List<Cell> cells = new ArrayList<>();
    for (RetrievalItem item : maker.items(kinds, items)) {
      String digest = item.digest();
      for (Setup setup : setups) {
        if (setup.reference() == null) {
          cells.add(cell(machine, item, digest, setup, fitted));
        }
      }
    }
    return cells;
  }

  private Cell cell(Machine machine, RetrievalItem item, String digest, Setup setup, int fitted) {
    SortedMap<String, String> own =
        new TreeMap<>(
            Map.of(
                "length", Integer.toString(fitted),
                "max-new-tokens", Integer.toString(newTokens)));
    CellId id = new CellId(TaskKinds.RETRIEVAL.name(), item.id(), digest, own, setup.settings());
    RetrievalTask task = new RetrievalTask(machine.model(), setup.spec(), newTokens);
    return new Cell(id, watch -> task.run(item));
  }
}
