package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.task.Machine.Setup;

/** On the bundled model: what is said of a state while it is fed is what the state itself says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeldStatesTest {
  private Backend backend;
  private Machine machine;

  @BeforeAll
  void load() {
    Catalog catalog = Catalog.discover(java.util.List.of());
    backend = catalog.openBackend("auto");
    try (BundledModel bundled = BundledModel.extract()) {
      Model model = Model.open(bundled.file(), backend, Progress.NONE);
      machine = new Machine(model, catalog, backend.description(), "test");
    }
  }

  @AfterAll
  void close() {
    machine.model().close();
    backend.close();
  }

  private Setup setup(String policy, String state, String regime) {
    return machine.setup(new SpecText(policy, state, regime, "original", null, "f32", 0));
  }

  @ParameterizedTest
  @CsvSource({"full,,stepwise", "tova,5,stepwise", "window+2,7,stepwise", "h2o,6,chunked:1"})
  void countFollowsTheStateStepByStep(String policy, String state, String regime) {
    Setup setup = setup(policy, state, regime);
    var model = machine.model().msrnn();
    HeldStates held = HeldStates.of(setup.spec(), model.model());
    try (MultiState multiState = model.start(setup.spec())) {
      float[] logits = new float[model.model().vocabulary()];
      for (int t = 1; t <= 12; t++) {
        model.step(multiState, 100 + t, logits);
        assertThat(held.after(t)).as("after %d", t).isEqualTo(multiState.states());
      }
    }
  }

  /** What one head holds depends on scores, what a layer holds does not. */
  @ParameterizedTest
  @CsvSource({"tova+ada", "h2o+ada:0"})
  void countOfCompetingHeadsIsTheMeanOfALayer(String policy) {
    Setup setup = setup(policy, "6", "stepwise");
    var model = machine.model().msrnn();
    HeldStates held = HeldStates.of(setup.spec(), model.model());
    int heads = model.model().kvHeads();
    try (MultiState multiState = model.start(setup.spec())) {
      float[] logits = new float[model.model().vocabulary()];
      for (int t = 1; t <= 20; t++) {
        model.step(multiState, 100 + t, logits);
        for (int l = 0; l < model.model().layers(); l++) {
          long sum = 0;
          for (int h = 0; h < heads; h++) {
            sum += multiState.kept(l, h).length;
          }
          assertThat(sum).as("after %d", t).isEqualTo(heads * held.after(t));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tova,5,chunked:4,12", "tova,5,chunked:4,14", "window,4,whole,9"})
  void countInsideAFeedEndsWhereTheStateDoes(String policy, String state, String regime, int n) {
    Setup setup = setup(policy, state, regime);
    var model = machine.model().msrnn();
    HeldStates held = HeldStates.of(setup.spec(), model.model());
    try (MultiState multiState = model.start(setup.spec())) {
      model.feed(multiState, new int[n], LogitsSink.NONE);
      long inside = held.after(n - 1) + 1;
      assertThat(inside).isGreaterThanOrEqualTo(multiState.states());
      assertThat(multiState.states()).isEqualTo(setup.spec().states());
    }
  }
}
