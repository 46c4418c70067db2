package org.msrnn.eval.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.task.RetrievalFigures;
import org.msrnn.eval.task.SampleSettings;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;

class PaceTest {
  private final Pace pace = new Pace();

  private static CellId id(String task, String policy, int state, int item) {
    Settings settings = SampleSettings.of(policy, state);
    return new CellId(task, "item " + item, "", new TreeMap<>(), settings);
  }

  private void took(CellId id, double seconds) {
    var figures = new RetrievalFigures("k", 1, null, 1, "p", List.of(), 1, 1, StateFigures.NONE);
    pace.learn(CellRecord.of(id, figures, seconds, "", 0));
  }

  @Test
  void aCellIsExpectedToTakeWhatThoseLikestToItTook() {
    assertThat(pace.of(id("a", "p", 1, 0))).isEqualTo(1);
    took(id("a", "p", 1, 0), 2);
    took(id("a", "p", 1, 1), 4);
    took(id("a", "q", 1, 0), 9);
    took(id("b", "p", 1, 0), 25);

    assertThat(pace.of(id("a", "p", 1, 7))).as("task, policy, state").isEqualTo(3);
    assertThat(pace.of(id("a", "p", 2, 0))).as("task").isEqualTo(5);
    assertThat(pace.of(id("c", "p", 1, 0))).as("any").isEqualTo(10);
  }

  @Test
  void waitingCellsAreThoseThatHaveNotBegun() {
    took(id("a", "p", 1, 0), 2);
    took(id("b", "p", 1, 0), 5);
    List<CellId> cells = List.of(id("a", "p", 1, 1), id("b", "p", 1, 1), id("a", "q", 3, 1));
    cells.forEach(pace::expect);
    assertThat(pace.ofWaiting()).isEqualTo(2 + 5 + 2);
    pace.begin(cells.get(1));
    assertThat(pace.ofWaiting()).isEqualTo(2 + 2);
  }

  @Test
  void aCellThatFailedSaysNothing() {
    pace.learn(CellRecord.failed(id("a", "p", 1, 0), "why", 50, "", 0));
    assertThat(pace.of(id("a", "p", 1, 0))).isEqualTo(1);
  }
}
