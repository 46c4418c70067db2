package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.bundled.BundledModel;

/** Heads that compete, on the bundled model and whatever backend is fastest here. */
class CompetingHeadsTest {
  private static final int STATES = 24;
  private static final int PROMPT = 120;
  private static final Catalog CATALOG = Catalog.discover(List.of());

  /** A text's logits at its end, and what every head kept. */
  private record Run(float[] logits, List<long[]> kept) {}

  private static StateSpec spec(String policy) {
    return StateSpec.of(CATALOG.policy(PolicySpec.parse(policy)), STATES);
  }

  private static Run run(Model model, String policy) {
    int[] tokens = new Random(11).ints(PROMPT, 50, 300).toArray();
    float[] logits = new float[model.info().vocabulary()];
    try (MultiState state = model.msrnn().start(spec(policy))) {
      model
          .msrnn()
          .feed(state, tokens, (i, row) -> System.arraycopy(row, 0, logits, 0, row.length));
      for (int t = 0; t < 60; t++) {
        model.msrnn().step(state, tokens[t], logits);
      }
      List<long[]> kept = new ArrayList<>();
      for (int l = 0; l < model.info().layers(); l++) {
        for (int h = 0; h < model.info().kvHeads(); h++) {
          kept.add(state.kept(l, h));
        }
      }
      return new Run(logits, kept);
    }
  }

  private static Model open(Backend backend) {
    try (BundledModel bundled = BundledModel.extract()) {
      return Model.open(bundled.file(), backend, Progress.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tova+ada:1, tova:granularity=kv-head",
    "h2o:recent=4+ada:1, 'h2o:granularity=kv-head,recent=4'"
  })
  void headsThatAreGuaranteedEverythingAreHeadsByThemselves(String ada, String alone) {
    try (Backend backend = CATALOG.openBackend("auto");
        Model model = open(backend)) {
      Run found = run(model, ada);
      Run expected = run(model, alone);

      assertThat(found.logits).isEqualTo(expected.logits);
      assertThat(found.kept).usingRecursiveComparison().isEqualTo(expected.kept);
    }
  }

  @Test
  void threadsAndBackendsKeepTheSame() {
    Run expected = null;
    for (String name : List.of("plain", "cpu:threads=1", "cpu:threads=3")) {
      try (Backend backend = CATALOG.openBackend(name);
          Model model = open(backend)) {
        Run found = run(model, "h2o:recent=4+ada");
        if (expected != null) {
          assertThat(found.kept).as(name).usingRecursiveComparison().isEqualTo(expected.kept);
          assertThat(distance(found.logits, expected.logits)).as(name).isLessThan(0.05);
        }
        assertThat(found.kept.stream().mapToInt(kept -> kept.length).distinct().count())
            .as("sizes of heads")
            .isGreaterThan(1);
        expected = found;
      }
    }
  }

  private static double distance(float[] a, float[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  /** A batch walks its sequences side by side, and the heads of each in turn. */
  @Test
  void aBatchGivesWhatEachSequenceGivesAlone() {
    try (Backend backend = CATALOG.openBackend("cpu:threads=3");
        Model model = open(backend)) {
      List<String> policies = List.of("tova+ada", "h2o+ada:0.5", "tova", "window+2");
      List<MultiState> batch = new ArrayList<>();
      List<MultiState> alone = new ArrayList<>();
      for (String policy : policies) {
        batch.add(model.msrnn().start(spec(policy)));
        alone.add(model.msrnn().start(spec(policy)));
      }
      Random random = new Random(3);
      float[][] logits = new float[policies.size()][model.info().vocabulary()];
      float[] single = new float[model.info().vocabulary()];
      for (int t = 0; t < 70; t++) {
        int[] step = random.ints(policies.size(), 50, 300).toArray();
        model.msrnn().step(batch, step, logits);
        for (int b = 0; b < policies.size(); b++) {
          model.msrnn().step(alone.get(b), step[b], single);
          assertThat(distance(logits[b], single))
              .as("token %d of %s", t, policies.get(b))
              .isLessThan(0.05);
        }
      }
      batch.forEach(MultiState::close);
      alone.forEach(MultiState::close);
    }
  }
}
