package org.msrnn.eval.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.eval.bench.StateMemory;
import org.msrnn.eval.task.EfficiencyFigures;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.SpecText;

/** On the tiny shape of random weights. */
class EfficiencyTaskTest {
  private static final int DEPTH = 37;
  private static final int TOKENS = 3;
  private static final long WEIGHTS = 1000;
  private static final long MEMORY = 400_000;

  private final Catalog catalog = Catalog.discover(List.of());
  private final Backend backend = catalog.openBackend("plain");
  private final Model model =
      Model.random(ModelShape.named("tiny"), TensorType.Q8_0, backend, Progress.NONE);
  private final Machine machine = new Machine(model, catalog, "test", "test");

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  private List<Setup> setups() {
    SpecText spec = new SpecText("full", null, "stepwise", "original", "uniform", "f32", 1);
    return machine.setups(List.of("full", "tova", "baseline"), List.of("5", "9"), List.of(), spec);
  }

  @Test
  void everyPolicyRunsAtEveryStateAndBatch() {
    var task = new EfficiencyTask(List.of(1, 3), DEPTH, TOKENS, 2, WEIGHTS, MEMORY);
    List<Cell> cells = task.cells(machine, setups());

    assertThat(cells)
        .as("a reference has no state that could be timed")
        .extracting(
            c ->
                c.id().settings().policy()
                    + " "
                    + c.id().settings().state()
                    + " "
                    + c.id().options().get("batch"))
        .containsExactly(
            "full null 1", "full null 3", "tova 5 1", "tova 5 3", "tova 9 1", "tova 9 3");
    assertThat(cells).extracting(c -> c.id().key()).doesNotHaveDuplicates();
    for (Cell cell : cells) {
      EfficiencyFigures figures = (EfficiencyFigures) cell.work().run((done, total, now) -> {});
      Integer k = cell.id().settings().state();
      int held = k == null ? DEPTH + TOKENS : k;

      assertThat(figures.rates()).hasSize(2).allMatch(r -> r > 0 && Double.isFinite(r));
      assertThat(figures.state().peakStates()).isEqualTo(held);
      assertThat(figures.state().bytes())
          .as("exact arithmetic")
          .isEqualTo(StateMemory.bytes(model.info(), org.msrnn.api.backend.KvType.F32, held));
      assertThat(figures.state().reserved()).isGreaterThanOrEqualTo(figures.state().bytes());
      assertThat(figures.metrics().keySet())
          .containsExactly("tokensPerSecond", "deviation", "largestBatch");
    }
    assertThat(TaskKinds.EFFICIENCY.timed()).isTrue();
    assertThat(TaskKinds.PERPLEXITY.timed()).isFalse();
  }

  /** So many states are really made: they fit, and one more does not. */
  @Test
  void largestBatchIsWhatReallyFits() {
    var task = new EfficiencyTask(List.of(1), DEPTH, TOKENS, 1, WEIGHTS, MEMORY);
    for (Cell cell : task.cells(machine, setups())) {
      EfficiencyFigures figures = (EfficiencyFigures) cell.work().run((done, total, now) -> {});
      long largest = java.util.Objects.requireNonNull(figures.largestBatch());
      Setup setup =
          setups().stream()
              .filter(s -> s.settings().equals(cell.id().settings()))
              .findFirst()
              .orElseThrow();
      List<MultiState> states = new ArrayList<>();
      try {
        long reserved = 0;
        for (long i = 0; i <= largest; i++) {
          MultiState state = model.msrnn().start(setup.spec());
          states.add(state);
          model.msrnn().feed(state, new int[DEPTH + TOKENS], LogitsSink.NONE);
          reserved += state.reservedBytes();
          assertThat(WEIGHTS + reserved <= MEMORY)
              .as("%s: %d of %d", setup.policy(), i + 1, largest)
              .isEqualTo(i < largest);
        }
      } finally {
        states.forEach(MultiState::close);
      }
    }
  }

  @Test
  void badNumbersAreRefused() {
    assertThatThrownBy(() -> new EfficiencyTask(List.of(0), 1, 1, 1, 1, null))
        .isInstanceOf(InvalidOptionException.class);
    assertThatThrownBy(() -> new EfficiencyTask(List.of(1), -1, 1, 1, 1, null))
        .isInstanceOf(InvalidOptionException.class);
  }
}
