package org.msrnn.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.sweep.TaskKind;
import org.msrnn.eval.sweep.TaskKinds;
import org.msrnn.eval.task.StateFigures;

class OrderingsTest {

  /** One policy's perplexity at k = 64, 128, ... */
  private record Line(String policy, double... values) {}

  private static List<String> words(TaskKind<?> kind, Line... lines) {
    List<Summary.Row> rows = new ArrayList<>();
    for (Line line : lines) {
      for (int i = 0; i < line.values.length; i++) {
        Map<String, Double> metrics = Map.of(kind.metrics().getFirst().name(), line.values[i]);
        rows.add(
            new Summary.Row(
                kind.name(), line.policy, 64 << i, 1, 0, metrics, StateFigures.NONE, 0));
      }
    }
    return Orderings.words(new Summary.Section(kind.name(), kind, rows));
  }

  /** Table 3 of the paper, k = 64 to 1,024. */
  @Test
  void allHoldInThePapersOwnTable() {
    assertThat(
            words(
                TaskKinds.PERPLEXITY,
                new Line("baseline", 17.65, 12.97, 10.39, 8.92, 8.04),
                new Line("window", 4812.27, 4025.01, 3275.58, 2184.62, 1001.29),
                new Line("window+1", 10.20, 8.97, 8.22, 7.76, 7.50),
                new Line("window+4", 10.28, 8.98, 8.19, 7.73, 7.46),
                new Line("h2o", 10.22, 8.97, 8.21, 7.75, 7.49),
                new Line("tova", 9.53, 8.32, 7.71, 7.41, 7.25)))
        .containsExactly(
            "TOVA below Window+i: at every k (64, 128, 256, 512, 1024).",
            "TOVA below H2O: at every k (64, 128, 256, 512, 1024).",
            "Window+i within 2 % of H2O: at every k (64, 128, 256, 512, 1024).",
            "Window+i below the baseline: at every k (64, 128, 256, 512, 1024).",
            "H2O below the baseline: at every k (64, 128, 256, 512, 1024).",
            "The baseline at most half of Window: at every k (64, 128, 256, 512, 1024).");
  }

  @Test
  void whatDoesNotHoldIsSaidWithItsStateSizes() {
    assertThat(
            words(
                TaskKinds.PERPLEXITY,
                new Line("tova", 5, 5, 3),
                new Line("h2o", 4, 6, 3.1),
                new Line("baseline", 4, 5),
                new Line("window", 7.9, 9.9)))
        .containsExactly(
            "TOVA below H2O: at k = 128, 256; not at k = 64.",
            "H2O below the baseline: at no k (64, 128).",
            "The baseline at most half of Window: at no k (64, 128).");
  }

  @Test
  void onlyLikeSettingsAreCompared() {
    assertThat(
            words(
                TaskKinds.PERPLEXITY,
                new Line("tova, positions original", 5),
                new Line("tova, positions in-cache", 3),
                new Line("h2o, positions original", 4)))
        .containsExactly("TOVA below H2O, positions original: at no k (64).");
  }

  @Test
  void otherTasksAndPoliciesHaveNone() {
    assertThat(words(TaskKinds.RETRIEVAL, new Line("tova", 1), new Line("h2o", 2))).isEmpty();
    assertThat(words(TaskKinds.PERPLEXITY, new Line("tova:x=1", 1), new Line("h2o", 2))).isEmpty();
  }
}
