package org.msrnn.eval.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.MultiState;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.SpecText;

/** Plans on the tiny shape. */
class BenchRunTest {
  private static final SpecText SPEC =
      new SpecText("full", null, "stepwise", "original", "uniform", "f32", 1);

  /** Bytes of keys and values of one token: 2 layers, 2 KV heads of 16, key and value, F32. */
  private static final long ONE = 2 * 2 * 16 * 2 * 4;

  private final Catalog catalog = Catalog.discover(List.of());
  private final Backend backend = catalog.openBackend("auto:threads=1");
  private final Model model =
      Model.random(ModelShape.named("tiny"), TensorType.Q8_0, backend, Progress.NONE);
  private final Machine machine = new Machine(model, catalog, "test", "test");

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  private List<Setup> setups(String policy, String... states) {
    return machine.setups(List.of(policy), List.of(states), SPEC);
  }

  private List<Measurement> run(BenchPlan plan) {
    return new Bench(model.msrnn(), plan, (done, total, what) -> {}).run();
  }

  private static BenchPlan plan(List<Setup> setups, int prompt, int generated, int... depths) {
    List<Integer> list = java.util.Arrays.stream(depths).boxed().toList();
    return new BenchPlan(setups, List.of(prompt), List.of(generated), List.of(1, 3), list, 3, 0, 7);
  }

  @Test
  void everyTestIsTimedAtEveryDepthWithEverySetup() {
    List<Setup> setups = new ArrayList<>(setups("full", "9"));
    setups.addAll(setups("tova", "9", "5"));
    List<String> told = new ArrayList<>();
    List<Measurement> measured =
        new Bench(
                model.msrnn(),
                plan(setups, 6, 4, 20, 0, 20),
                (done, total, what) -> told.add(done + "/" + total + " " + what))
            .run();

    assertThat(measured)
        .extracting(
            m ->
                m.setup().policy()
                    + " "
                    + m.setup().state()
                    + " "
                    + m.test().name()
                    + " b"
                    + m.test().batch()
                    + " d"
                    + m.test().depth())
        .hasSize(3 * 2 * 3)
        .startsWith("full null pp6 b1 d0", "full null tg4 b1 d0", "full null tg4 b3 d0")
        .contains("tova 9 pp6 b1 d20", "tova 5 tg4 b3 d20")
        .doesNotHaveDuplicates();
    assertThat(measured)
        .allSatisfy(
            m -> {
              assertThat(m.seconds()).hasSize(3).allSatisfy(s -> assertThat(s).isPositive());
              assertThat(m.best()).isGreaterThanOrEqualTo(m.mean());
            });
    assertThat(told).contains("0/18 full, filling to 0", "17/18 tova 5, tg4 @ 20");
  }

  /** Each step reads what is kept and the new state, and writes the new one. */
  @ParameterizedTest
  @CsvSource({"full, 4, 0", "full, 4, 50", "tova, 4, 50", "window+1, 30, 26", "h2o, 9, 0"})
  void bytesOfAStepAreThoseOfTheStatesHeld(String policy, int state, int depth) {
    int steps = 10;
    long bound = policy.equals("full") ? Long.MAX_VALUE : state;
    double kept = 0;
    for (int i = 0; i < steps; i++) {
      kept += Math.min(depth + i, bound) / (double) steps;
    }

    List<Measurement> measured =
        run(plan(setups(policy, Integer.toString(state)), 8, steps, depth));

    assertThat(measured.get(0).kvBytes()).as("a prompt's tokens share what they read").isZero();
    assertThat(measured.get(0).state().bytes()).isEqualTo(ONE * Math.min(depth + 8, bound));
    for (Measurement generated : measured.subList(1, 3)) {
      assertThat(generated.kvBytes()).isCloseTo(ONE * (kept + 2), within(1e-6));
      assertThat(generated.state().bytes()).isEqualTo(ONE * Math.min(depth + steps, bound));
    }
  }

  @Test
  void aDepthBeyondTheContextIsMeasured() {
    int context = model.info().context();
    List<Measurement> measured = run(plan(setups("tova", "16"), 0, 2, context + 10));

    assertThat(measured)
        .hasSize(2)
        .allSatisfy(m -> assertThat(m.state().bytes()).isEqualTo(16 * ONE));
  }

  /** The formula of the capacity against a state that was filled. */
  @ParameterizedTest
  @CsvSource({"tova, 12", "window+4, 33", "h2o, 7", "full, 1"})
  void memoryOfAFullStateIsThatOfAFilledOne(String policy, String state) {
    Setup setup = setups(policy, state).getFirst();
    int tokens = setup.state() == null ? model.info().context() : 40;
    try (MultiState filled = model.msrnn().start(setup.spec())) {
      model.msrnn().feed(filled, new int[tokens], org.msrnn.api.LogitsSink.NONE);

      assertThat(StateMemory.full(model.info(), setup.spec())).isEqualTo(filled.bytes());
    }
  }

  @Test
  void memoryFollowsTheNumberFormat() {
    assertThat(StateMemory.bytes(model.info(), KvType.F32, 3)).isEqualTo(3 * ONE);
    assertThat(StateMemory.bytes(model.info(), KvType.F16, 3)).isEqualTo(3 * ONE / 2);
    assertThat(StateMemory.bytes(model.info(), KvType.Q8_0, 3))
        .isEqualTo(3 * ONE / 4 * 18 / 16); // a scale a head
  }
}
