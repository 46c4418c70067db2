package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.sweep.TaskKinds;

class RetrievalFiguresTest {
  private static RetrievalFigures figures(String kind, int length, double score) {
    return new RetrievalFigures(
        kind, length, null, score, "p", List.of("a"), 1, 1, StateFigures.NONE);
  }

  @Test
  void severalKindsAndLengthsHaveAccuraciesOfTheirOwn() {
    var total =
        TaskKinds.RETRIEVAL.total(
            List.of(
                figures("vt", 512, 0.5),
                figures("vt", 1024, 1),
                figures("cwe", 512, 0),
                figures("cwe", 512, 0.1)));

    assertThat(total)
        .containsEntry("accuracy", 40.0)
        .containsEntry("accuracy/vt", 75.0)
        .containsEntry("accuracy/cwe", 5.0)
        .containsEntry("accuracy/512", 20.0)
        .containsEntry("accuracy/1024", 100.0);
    // of 50, 100, 0, 10: squares 10^2 + 60^2 + 40^2 + 30^2 over 3 and 4
    assertThat(total.get("standardError")).isCloseTo(Math.sqrt(6200 / 12.0), within(1e-9));
  }

  @Test
  void oneKindOfOneLengthHasNoParts() {
    var items = List.of(figures("vt", 512, 0.5), figures("vt", 512, 1));

    assertThat(RetrievalFigures.parts(items)).isEqualTo(Map.of());
  }
}
