package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.eval.bundled.BundledModel;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoryTaskTest {
  private static final String PROMPT = "It was a dark night, and";
  private static final int TOKENS = 37;

  private Backend backend;
  private Machine machine;

  @BeforeAll
  void load() {
    Catalog catalog = Catalog.discover(List.of());
    backend = catalog.openBackend("plain");
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

  private StoryFigures tell(
      String policy, @Nullable String state, Sampling sampling, String... stops) {
    var spec = new SpecText(policy, state, "stepwise", null, null, "f32", 0);
    return new StoryTask(
            machine.model(), machine.setup(spec).spec(), sampling, List.of(stops), TOKENS)
        .run(PROMPT, written -> {});
  }

  private StoryFigures tell(String policy, @Nullable String state, long seed) {
    return tell(policy, state, Sampling.of(0.8, seed));
  }

  @Test
  void aBoundedStateTellsTheSameStoryUntilItIsFull() {
    for (long seed = 1; seed <= 3; seed++) {
      StoryFigures full = tell("full", null, seed);
      StoryFigures roomy = tell("tova", "200", seed);
      StoryFigures tight = tell("tova", "12", seed);

      assertThat(roomy.text()).as("seed %d", seed).isEqualTo(full.text());
      assertThat(roomy.filled()).isFalse();
      assertThat(full.filled()).isFalse();
      assertThat(tight.filled()).isTrue();
      assertThat(tight.state().peakStates()).isEqualTo(12);
      assertThat(full.tokens()).isEqualTo(TOKENS);
      assertThat(full.promptTokens())
          .isEqualTo(Generator.prompt(machine.model().tokenizer(), PROMPT).length);
    }
  }

  /** The last token is not fed, so k tokens fit that were fed, and one more does not. */
  @Test
  void aStateIsFilledByTheTokenAfterItsLastPlace() {
    long fed = tell("full", null, 1).promptTokens() + TOKENS - 1;

    assertThat(tell("tova", Long.toString(fed), 1).filled()).isFalse();
    assertThat(tell("tova", Long.toString(fed - 1), 1).filled()).isTrue();
  }

  @Test
  void aSeedIsAStory() {
    assertThat(tell("full", null, 5)).isEqualTo(tell("full", null, 5));
    assertThat(LongStream.range(0, 4).mapToObj(seed -> tell("full", null, seed).text()))
        .doesNotHaveDuplicates();
    assertThat(tell("full", null, 5).seed()).isEqualTo(5);
    assertThat(tell("full", null, 5).text()).doesNotContain(PROMPT);
  }

  @Test
  void aStopTextEndsAStoryAndIsNoPartOfIt() {
    StoryFigures whole = tell("full", null, 1);
    String stop = whole.text().substring(20, 24);
    StoryFigures cut = tell("full", null, Sampling.of(0.8, 1), stop);

    assertThat(cut.text()).isEqualTo(whole.text().substring(0, whole.text().indexOf(stop)));
    assertThat(cut.ended()).isTrue();
    assertThat(cut.tokens()).isLessThan(TOKENS);
    assertThat(cut.metrics()).containsEntry(StoryFigures.ENDED, 100.0);
  }

  @Test
  void tokensAreCountedAsTheyCome() {
    var spec = new SpecText("window", "8", "stepwise", null, null, "f32", 0);
    List<Long> counts = new ArrayList<>();
    new StoryTask(machine.model(), machine.setup(spec).spec(), Sampling.of(0.8, 1), List.of(), 5)
        .run(PROMPT, counts::add);

    assertThat(counts).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void aJudgeIsToldTheRequestWithoutItsLayout() {
    assertThat(StoryPrompt.body(StoryPrompt.PAPER))
        .startsWith("Write a very long story (at least 4,000 words).")
        .endsWith("at least 10 chapters and should have a lot of plot twists.");
    assertThat(StoryPrompt.body("  Tell one.\n")).isEqualTo("Tell one.");
    assertThat(StoryPrompt.body("### Instruction:\nTell one.\n\n### Response:\n"))
        .isEqualTo("Tell one.");
  }
}
