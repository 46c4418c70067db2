package org.msrnn.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.EfficiencyFigures;
import org.msrnn.eval.task.SampleSettings;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;

class EfficiencyTableTest {
  private static final long MIB = 1 << 20;

  private static CellRecord cell(
      String policy, @Nullable Integer state, int batch, double rate, long kept) {
    Settings settings = SampleSettings.of(policy, state);
    CellId id =
        new CellId("efficiency", "i", "", new TreeMap<>(Map.of("batch", batch + "")), settings);
    var figures =
        new EfficiencyFigures(
            batch,
            4064,
            32,
            List.of(rate - 1, rate + 1),
            10 * MIB,
            100 * MIB,
            new StateFigures(1, kept, kept + MIB, 0));
    return new CellRecord(id.key(), "done", id, figures, null, 1, "", 0);
  }

  /** With 90 MiB beside the weights: 4 full states of 21 MiB fit, 30 bounded ones of 3. */
  @Test
  void throughputIsRelativeToTheFullStateAndToTheBatchThatFits() {
    List<CellRecord> cells = new ArrayList<>();
    cells.add(cell("full", null, 1, 10, 20 * MIB));
    cells.add(cell("full", null, 4, 20, 20 * MIB));
    cells.add(cell("full", null, 16, 50, 20 * MIB)); // measured, and more than fit
    cells.add(cell("tova", 256, 1, 12, 2 * MIB));
    cells.add(cell("tova", 256, 4, 40, 2 * MIB));
    cells.add(cell("tova", 256, 16, 130, 2 * MIB));
    String table = EfficiencyTable.of(cells);
    List<String> lines = table.lines().map(l -> l.replaceAll(" {2,}", "|")).toList();

    assertThat(lines)
        .contains(
            "efficiency by state size: sample-model, F32, plain, after 4,064 tokens",
            "policy|figure|256|unbounded",
            "full|keys and values|20.0 MiB",
            "full|with free slots|21.0 MiB",
            "full|largest batch in 100.0 MiB|4",
            "full|relative throughput, batch 16|1.00",
            "full|relative throughput, best batch that fits|1.00",
            "tova|keys and values|2.00 MiB",
            "tova|largest batch in 100.0 MiB|30",
            "tova|relative throughput, batch 1|1.20",
            "tova|relative throughput, batch 4|2.00",
            "tova|relative throughput, batch 16|2.60",
            "tova|relative throughput, best batch that fits|6.50");
  }

  @Test
  void withoutTheFullStateNothingIsRelative() {
    assertThat(EfficiencyTable.of(List.of(cell("tova", 8, 1, 5, MIB))))
        .containsPattern("relative throughput, batch 1 +-\n");
    assertThat(EfficiencyTable.of(List.of())).isEmpty();
  }
}
