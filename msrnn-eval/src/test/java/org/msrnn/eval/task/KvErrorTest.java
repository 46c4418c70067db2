package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.bundled.BundledText;

/**
 * What storing keys and values in fewer bits costs on the bundled model, against F32: the bounds
 * that PERFORMANCE.md states.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KvErrorTest {
  private static final int TOKENS = 400;

  private Backend backend;
  private Machine machine;

  @BeforeAll
  void load() {
    Catalog catalog = Catalog.discover(List.of());
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

  /** Negative log-likelihoods of the story's first tokens, and their perplexity. */
  private record Run(List<Double> nll, PerplexityFigures figures) {}

  private Run run(String policy, String state, String kv) {
    var spec = new SpecText(policy, state, "stepwise", null, null, kv, 0);
    var protocol = new TextProtocol(null, (long) TOKENS, false, true);
    var document = TokenDocument.of("story", BundledText.story(), machine.model().tokenizer());
    List<Double> nll = new ArrayList<>();
    var task = new PerplexityTask(machine.model().msrnn(), machine.setup(spec).spec(), protocol);
    PerplexityFigures figures =
        task.run(document, (d, position, token, n, states) -> nll.add(n), (sum, total) -> {});
    return new Run(nll, figures);
  }

  /**
   * Under a bounded policy a rounded score may let another state leave, so that single tokens may
   * differ by much more. Relative error of the perplexity, mean and largest difference of a token's
   * NLL, in nats.
   */
  @ParameterizedTest
  @CsvSource({
    "full,,f16,0.0002,0.001,0.02",
    "full,,bf16,0.001,0.01,0.1",
    "full,,q8_0,0.001,0.02,0.2",
    "tova,64,f16,0.01,0.02,5",
    "tova,64,bf16,0.02,0.1,8",
    "tova,64,q8_0,0.02,0.1,8",
  })
  void storedInFewerBitsATokenIsNearlyAsLikely(
      String policy, String state, String kv, double relative, double mean, double largest) {
    Run exact = run(policy, state, "f32");
    Run stored = run(policy, state, kv);
    double sum = 0;
    double most = 0;
    for (int i = 0; i < TOKENS; i++) {
      double difference = Math.abs(stored.nll.get(i) - exact.nll.get(i));
      sum += difference;
      most = Math.max(most, difference);
    }
    double perplexity = exact.figures.perplexity();

    assertThat(stored.figures.perplexity()).isCloseTo(perplexity, within(relative * perplexity));
    assertThat(sum / TOKENS).as("mean").isLessThan(mean).isPositive();
    assertThat(most).as("largest").isLessThan(largest);
    assertThat(stored.figures.state().bytes()).isLessThan(exact.figures.state().bytes() * 6 / 10);
  }
}
