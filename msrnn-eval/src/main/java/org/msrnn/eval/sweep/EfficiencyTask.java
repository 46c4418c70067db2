package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.bench.Bench;
import org.msrnn.eval.bench.BenchPlan;
import org.msrnn.eval.bench.Measurement;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.task.EfficiencyFigures;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;

/**
 * Batched decoding by policy, state size and batch (arXiv 2401.06104, Table 1): sequences of random
 * tokens that were fed before step together.
 *
 * @param batches sequences that step together
 * @param depth tokens that each is fed before
 * @param tokens tokens that are timed, one a step
 * @param repetitions how often they are
 * @param weightBytes bytes of the model's weights
 * @param memory bytes that weights and sequences are to fit into; null for none
 */
public record EfficiencyTask(
    List<Integer> batches,
    int depth,
    int tokens,
    int repetitions,
    long weightBytes,
    @Nullable Long memory)
    implements Task {
  private static final double WARM_UP_SECONDS = 0.5;

  /** Checks the numbers, as {@link BenchPlan} does. */
  public EfficiencyTask {
    batches = batches.stream().distinct().toList();
    plan(List.of(), batches, depth, tokens, repetitions, 0);
  }

  private static BenchPlan plan(
      List<Setup> setups,
      List<Integer> batches,
      int depth,
      int tokens,
      int repetitions,
      long seed) {
    return new BenchPlan(
        setups,
        List.of(0),
        List.of(tokens),
        batches,
        List.of(depth),
        repetitions,
        WARM_UP_SECONDS,
        seed);
  }

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    List<Cell> cells = new ArrayList<>();
    for (Setup setup : setups) {
      if (setup.reference() == null) {
        batches.forEach(batch -> cells.add(cell(machine, setup, batch)));
      }
    }
    return cells;
  }

  private Cell cell(Machine machine, Setup setup, int batch) {
    SortedMap<String, String> own =
        new TreeMap<>(
            Map.of(
                "batch", Integer.toString(batch),
                "depth", Integer.toString(depth),
                "tokens", Integer.toString(tokens),
                "repetitions", Integer.toString(repetitions),
                "memory", memory == null ? "none" : memory.toString()));
    String item = "random tokens";
    CellId id =
        new CellId(TaskKinds.EFFICIENCY.name(), item, Digest.sha256(item), own, setup.settings());
    BenchPlan plan =
        plan(List.of(setup), List.of(batch), depth, tokens, repetitions, setup.settings().seed());
    return new Cell(id, watch -> run(machine, plan, watch));
  }

  private EfficiencyFigures run(Machine machine, BenchPlan plan, Cell.Watch watch) {
    Measurement measured =
        new Bench(
                machine.model().msrnn(),
                plan,
                (done, total, what) -> watch.update(0, 1, () -> what))
            .run()
            .getFirst();
    return new EfficiencyFigures(
        measured.test().batch(),
        depth,
        tokens,
        Arrays.stream(measured.rates()).boxed().toList(),
        weightBytes,
        memory,
        measured.state());
  }
}
