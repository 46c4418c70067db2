package org.msrnn.eval.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.bundled.BundledText;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.PerplexityTask;
import org.msrnn.eval.task.SpecText;
import org.msrnn.eval.task.StreamFigures;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;
import org.msrnn.eval.task.TokenListener;

/** On the bundled model: what stands in the table beside the policies, and the long streams. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentTaskTest {
  private static final SpecText SPEC = new SpecText("full", null, "stepwise", null, null, "f32", 0);

  private BundledModel bundled;
  private Backend backend;
  private Machine machine;
  private TokenDocument document;

  @BeforeAll
  void load() {
    Catalog catalog = Catalog.discover(List.of());
    backend = catalog.openBackend("auto");
    bundled = BundledModel.extract(); // stays: settings hold its digest
    Model model = Model.open(bundled.file(), backend, Progress.NONE);
    machine = new Machine(model, catalog, backend.description(), "test");
    document = TokenDocument.of("story", BundledText.story(), machine.model().tokenizer());
  }

  @AfterAll
  void close() {
    machine.model().close();
    backend.close();
    bundled.close();
  }

  private List<Setup> setups(String policies, String states, String... positions) {
    return machine.setups(
        List.of(policies.split(";")), List.of(states.split(",")), List.of(positions), SPEC);
  }

  private static PerplexityFigures run(Cell cell) {
    return (PerplexityFigures) cell.work().run((done, total, now) -> {});
  }

  private PerplexityFigures direct(Setup setup, TextProtocol protocol) {
    return new PerplexityTask(machine.model().msrnn(), setup.spec(), protocol)
        .run(document, TokenListener.NONE, (sum, total) -> {});
  }

  /** arXiv 2401.06104, section 4.1: the model on the text cut to pieces of k tokens. */
  @Test
  void baselineIsTheTextCutToPiecesOfKTokens() {
    TextProtocol protocol = new TextProtocol(100, 330L, true, true);
    List<Cell> cells =
        new DocumentTask(List.of(document), protocol, 0)
            .cells(machine, setups("full;baseline", "37,100,5000"));

    assertThat(cells).hasSize(4);
    assertThat(cells)
        .extracting(c -> c.id().settings().policy() + " " + c.id().settings().state())
        .containsExactly("full null", "baseline 37", "baseline 100", "baseline 5000");
    Setup full = setups("full", "1").getFirst();
    PerplexityFigures topline = run(cells.get(0));
    assertThat(run(cells.get(1)).metrics()).isEqualTo(direct(full, protocol.cutTo(37)).metrics());
    assertThat(run(cells.get(1)).state().peakStates()).isEqualTo(37);
    assertThat(run(cells.get(1)).nll()).isGreaterThan(topline.nll());
    assertThat(run(cells.get(2)).metrics()).isEqualTo(topline.metrics());
    assertThat(run(cells.get(3)).metrics())
        .as("no piece is longer than the chunk")
        .isEqualTo(topline.metrics());
  }

  /** The layer-major pass and the recurrence are one machine: all policies that look, and full. */
  @ParameterizedTest
  @ValueSource(strings = {"full", "tova", "h2o:granularity=kv-head", "window+4", "random"})
  void layerByLayerGivesWhatStepsGive(String policy) {
    TextProtocol protocol = new TextProtocol(120, 200L, true, true);
    PerplexityTask task =
        new PerplexityTask(
            machine.model().msrnn(), setups(policy, "24").getFirst().spec(), protocol);
    List<Double> layers = new ArrayList<>();
    List<Double> steps = new ArrayList<>();
    PerplexityFigures whole =
        task.run(document, (d, p, t, nll, s) -> layers.add(nll), (sum, total) -> {});
    PerplexityFigures byStep =
        task.runByStep(document, (d, p, t, nll, s) -> steps.add(nll), (sum, total) -> {});

    assertThat(steps).hasSize(200);
    for (int i = 0; i < steps.size(); i++) {
      assertThat(steps.get(i)).as("token %d", i).isCloseTo(layers.get(i), within(1e-3));
    }
    assertThat(byStep.nll()).isCloseTo(whole.nll(), withinPercentage(0.01));
    assertThat(byStep.state().evictions()).isEqualTo(whole.state().evictions());
    assertThat(byStep.state().peakStates()).isEqualTo(whole.state().peakStates());
  }

  @Test
  void streamKeepsItsCurve() {
    TextProtocol protocol = new TextProtocol(100, null, true, true).stream(510);
    Setup setup = setups("window+4", "16").getFirst();
    Cell cell =
        new DocumentTask(List.of(document), protocol, 50).cells(machine, List.of(setup)).getFirst();
    StreamFigures figures = (StreamFigures) cell.work().run((done, total, now) -> {});

    List<Double> nll = new ArrayList<>();
    new PerplexityTask(machine.model().msrnn(), setup.spec(), protocol)
        .run(document, (d, p, t, one, s) -> nll.add(one), (sum, total) -> {});
    assertThat(cell.id().task()).isEqualTo("extrapolation");
    assertThat(nll).hasSize(510);
    List<StreamFigures.Point> curve = figures.curve();
    assertThat(curve).hasSize(11);
    for (StreamFigures.Point point : curve) {
      int to = (int) point.tokens();
      assertThat(point.cumulative()).isCloseTo(perplexity(nll.subList(0, to)), within(1e-9));
      int from = Math.max(0, (to - 1) / 50 - 3) * 50;
      assertThat(point.windowed()).isCloseTo(perplexity(nll.subList(from, to)), within(1e-9));
    }
    assertThat(curve.getLast().tokens()).isEqualTo(510);
    assertThat(figures.metrics().get("perplexity")).isCloseTo(perplexity(nll), within(1e-9));
  }

  private static double perplexity(List<Double> nll) {
    return Math.exp(nll.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
  }

  @Test
  void positionSchemesAreADimensionOfTheGrid() {
    assertThat(setups("full;tova", "8,9", "original", "in-cache"))
        .extracting(s -> s.policy() + " " + s.state() + " " + s.settings().positions())
        .containsExactly(
            "full null original",
            "tova 8 original",
            "tova 9 original",
            "full null in-cache",
            "tova 8 in-cache",
            "tova 9 in-cache");
    assertThat(setups("tova", "8")).hasSize(1);
  }
}
