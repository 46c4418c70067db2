package org.msrnn.eval.sweep;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long cells take, learned from those that are over: what the time left is guessed from. A cell
 * is expected to take as long as others of its task, policy and state did on average; where there
 * are none, as others of its task; then as any other.
 */
final class Pace {
  private static final double UNKNOWN = 1;

  private final Map<String, Mean> means = new HashMap<>();
  private final Map<String, Waiting> waiting = new HashMap<>();

  private record Mean(double seconds, int cells) {
    Mean with(Mean more) {
      return new Mean(seconds + more.seconds, cells + more.cells);
    }
  }

  /** Cells alike, by one of them. */
  private record Waiting(CellId one, int cells) {}

  /** Learns from a cell that is over. One that failed says nothing. */
  void learn(CellRecord record) {
    if (record.done()) {
      Mean mean = new Mean(record.seconds(), 1);
      groups(record.cell()).forEach(group -> means.merge(group, mean, Mean::with));
    }
  }

  /** A cell is to be computed. */
  void expect(CellId cell) {
    count(cell, 1);
  }

  /** A cell that was to be computed begins. */
  void begin(CellId cell) {
    count(cell, -1);
  }

  private void count(CellId cell, int change) {
    waiting.merge(
        groups(cell).getFirst(),
        new Waiting(cell, change),
        (old, one) -> new Waiting(old.one, old.cells + change));
  }

  /** Seconds that a cell will take; as long as nothing is known, the same for every cell. */
  double of(CellId cell) {
    for (String group : groups(cell)) {
      Mean mean = means.get(group);
      if (mean != null && mean.seconds > 0) {
        return mean.seconds / mean.cells;
      }
    }
    return UNKNOWN;
  }

  /** Seconds that the cells which have not begun will take. */
  double ofWaiting() {
    return waiting.values().stream().mapToDouble(w -> w.cells * of(w.one)).sum();
  }

  private static List<String> groups(CellId cell) {
    var settings = cell.settings();
    return List.of(
        String.join("\n", cell.section(), settings.policy(), String.valueOf(settings.state())),
        cell.section(),
        "");
  }
}
