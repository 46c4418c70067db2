package org.msrnn.eval.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.SharedFiles;

/** Layers with a sliding window, from which states leave unasked. */
class SlidingWindowRetentionTest {
  private static final Catalog CATALOG = Catalog.discover(List.of());

  @ParameterizedTest
  @CsvSource({
    "mistral-swa, tova",
    "mistral-swa, random",
    "mistral-swa, window+2",
    "mistral-swa, full",
    "mistral-swa, tova:granularity=kv-head",
    "gemma3, tova",
    "gemma3, h2o+every:3",
  })
  void whoIsKeptIsWhatTheMultiStateHoldsAfterEveryStep(String name, String policy) {
    try (Backend backend = CATALOG.openBackend("plain");
        Model model =
            Model.open(SharedFiles.file("golden").resolve(name), backend, Progress.NONE)) {
      int window =
          model.info().windows().stream().filter(w -> w > 0).min(Integer::compare).orElseThrow();
      int[] ids = new Random(3).ints(4 * window + 9, 0, model.info().vocabulary()).toArray();
      for (int states : List.of(window / 2 + 2, window - 1, window + 3)) {
        StateSpec spec = StateSpec.of(CATALOG.policy(PolicySpec.parse(policy)), states).withSeed(8);
        Retention found = RetentionRecorder.record(model.msrnn(), spec, ids, LogitsSink.NONE);
        assertThat(found.sets()).anySatisfy(set -> assertThat(set.held()).isNull());
        for (SetRetention set : found.sets()) {
          assertThat(set.keptUntil(ids.length))
              .as("%s, %d states, window %d", set.name(), states, window)
              .isEqualTo(stepByStep(model, spec, ids, set));
        }
      }
    }
  }

  private static int[] stepByStep(Model model, StateSpec spec, int[] ids, SetRetention set) {
    int[] keptUntil = new int[ids.length];
    Arrays.setAll(keptUntil, p -> p);
    float[] logits = new float[model.info().vocabulary()];
    try (MultiState state = model.msrnn().start(spec)) {
      for (int t = 0; t < ids.length; t++) {
        if (t < ids.length - 1) {
          model.msrnn().step(state, ids[t], logits);
        } else {
          model.msrnn().feed(state, new int[] {ids[t]}, LogitsSink.NONE); // ends the prompt
        }
        for (long position : state.kept(set.layer(), Math.max(0, set.kvHead()))) {
          keptUntil[(int) position] = t + 1;
        }
      }
    }
    return keptUntil;
  }

  @ParameterizedTest
  @CsvSource("mistral-swa")
  void headsThatCompeteThereAreRefused(String name) {
    try (Backend backend = CATALOG.openBackend("plain");
        Model model =
            Model.open(SharedFiles.file("golden").resolve(name), backend, Progress.NONE)) {
      StateSpec spec = StateSpec.of(CATALOG.policy(PolicySpec.parse("tova+ada")), 8);
      assertThatThrownBy(
              () ->
                  RetentionRecorder.record(model.msrnn(), spec, new int[] {1, 2}, LogitsSink.NONE))
          .isInstanceOf(InvalidOptionException.class)
          .hasMessageContaining("sliding window");
    }
  }
}
