package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.bundled.BundledText;
import org.msrnn.eval.dataset.PromptStyle;
import org.msrnn.eval.dataset.Question;
import org.msrnn.eval.dataset.Scoring;
import org.msrnn.eval.dataset.ScrollsTask;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentQuestionsTest {
  private static final Catalog CATALOG = Catalog.discover(List.of());
  private static final int STATES = 37;
  private static final int NEW = 7;
  private static final List<String> ASKED =
      List.of("Who is the captain?", "What does the cat eat, and why?", "When?");

  private BundledModel file;
  private Backend backend;
  private Model model;
  private List<Question> questions;

  @BeforeAll
  void open() {
    file = BundledModel.extract();
    backend = CATALOG.openBackend("auto");
    model = Model.open(file.file(), backend, Progress.NONE);
    String document = BundledText.story().substring(0, 900);
    questions = ASKED.stream().map(query -> question(document, query)).toList();
  }

  @AfterAll
  void close() {
    model.close();
    backend.close();
    file.close();
  }

  private static Question question(String document, String query) {
    return new Question(
        "squality",
        query,
        "story",
        PromptStyle.PAPER.prompt(ScrollsTask.SQUALITY, document, query),
        List.of("The cat."),
        List.of(),
        NEW,
        Scoring.ROUGE);
  }

  private static StateSpec spec(String policy) {
    return StateSpec.of(CATALOG.policy(PolicySpec.parse(policy)), STATES).withSeed(3);
  }

  private record Answered(QuestionFigures figures, List<long[]> kept) {}

  private List<Answered> answers(StateSpec spec, int most, boolean share) {
    PromptCutter cutter = PromptCutter.of(model.tokenizer(), most);
    List<Answered> all = new ArrayList<>();
    try (var document = new DocumentQuestions(model, spec, questions, cutter, share)) {
      if (share) {
        assertThat(document.sharedTokens()).isGreaterThan(100);
      }
      for (int i = 0; i < questions.size(); i++) {
        List<long[]> kept = new ArrayList<>();
        QuestionFigures figures =
            document.answer(i, NEW, done -> {}, state -> kept.addAll(kept(state)));
        all.add(new Answered(figures, kept));
      }
    }
    return all;
  }

  private List<long[]> kept(MultiState state) {
    int heads = model.msrnn().model().kvHeads();
    return IntStream.range(0, model.msrnn().model().layers() * heads)
        .mapToObj(i -> state.kept(i / heads, i % heads))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "full",
        "window+4",
        "tova",
        "h2o",
        "random",
        "tova+sinks:4",
        "snapkv:window=8",
        "tova, cut"
      })
  void sharingChangesNothing(String policy) {
    boolean cut = policy.equals("tova, cut"); // prompts whose documents end at other tokens
    StateSpec spec = spec(cut ? "tova" : policy);
    int most = cut ? 190 : 4096;
    List<Answered> shared = answers(spec, most, true);
    List<Answered> alone = answers(spec, most, false);

    for (int i = 0; i < questions.size(); i++) {
      QuestionFigures one = shared.get(i).figures();
      QuestionFigures other = alone.get(i).figures();
      assertThat(one.answer()).isEqualTo(other.answer());
      assertThat(one.truncated()).isEqualTo(other.truncated()).isEqualTo(cut);
      assertThat(one.promptTokens()).isEqualTo(other.promptTokens());
      assertThat(one.state().peakStates()).isEqualTo(other.state().peakStates());
      assertThat(one.state().evictions()).isEqualTo(other.state().evictions());
      assertThat(shared.get(i).kept().toArray(long[][]::new))
          .isDeepEqualTo(alone.get(i).kept().toArray(long[][]::new));
    }
    assertThat(shared.stream().map(a -> a.figures().newTokens())).allMatch(n -> n <= NEW);
  }

  @Test
  void whatActsAtTheEndOfAPromptIsNotShared() {
    assertThat(DocumentQuestions.isExact(spec("tova"))).isTrue();
    assertThat(DocumentQuestions.isExact(spec("full"))).isTrue();
    assertThat(DocumentQuestions.isExact(spec("tova+prompt-end"))).isFalse();
    assertThat(DocumentQuestions.isExact(spec("tova+every:7"))).isFalse();
    assertThat(DocumentQuestions.isExact(spec("tova").with(Regime.WHOLE))).isFalse();
    assertThat(DocumentQuestions.isExact(spec("tova").with(Regime.chunked(5)))).isFalse();
    assertThat(DocumentQuestions.isExact(spec("tova").with(CATALOG.budgets("cake")))).isFalse();
  }
}
