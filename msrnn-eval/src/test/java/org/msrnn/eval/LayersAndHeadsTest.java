package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;

/**
 * Policies that treat layers and heads differently, in the real engine: what they hold and free.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LayersAndHeadsTest {
  private static final int LAYERS = 5;
  private static final int HEADS = 2;
  private static final int PROMPT = 150;
  private static final int GENERATED = 33;
  private static final int STATES = 40;
  private static final Catalog CATALOG = Catalog.discover(List.of());

  private Backend backend;
  private Model model;
  private int[] tokens;

  @BeforeAll
  void open() {
    backend = CATALOG.openBackend("plain");
    var shape = new ModelShape("deep", LAYERS, 48, 4, HEADS, 64, 300, 512, 10_000, true);
    model = Model.random(shape, TensorType.F32, backend, Progress.NONE);
    tokens = new Random(11).ints(PROMPT + GENERATED, 0, 300).toArray();
  }

  @AfterAll
  void close() {
    model.close();
    backend.close();
  }

  private static StateSpec spec(String policy, Regime regime) {
    return StateSpec.of(CATALOG.policy(PolicySpec.parse(policy)), STATES).with(regime);
  }

  private MultiState read(StateSpec spec) {
    MultiState state = model.msrnn().start(spec);
    model.msrnn().feed(state, Arrays.copyOf(tokens, PROMPT), LogitsSink.NONE);
    return state;
  }

  private void generate(MultiState state) {
    float[] logits = new float[300];
    for (int t = PROMPT; t < PROMPT + GENERATED; t++) {
      model.msrnn().step(state, tokens[t], logits);
    }
  }

  private static long[][] held(MultiState state) {
    long[][] held = new long[LAYERS][HEADS];
    for (int l = 0; l < LAYERS; l++) {
      for (int h = 0; h < HEADS; h++) {
        held[l][h] = state.kept(l, h).length;
      }
    }
    return held;
  }

  private static long sum(long[][] held) {
    return Arrays.stream(held).flatMapToLong(Arrays::stream).sum();
  }

  /** Another planner whose budgets are remembered. */
  private record Remembering(BudgetPlanner planner, List<Budgets> given) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      return planner.plan(request);
    }

    @Override
    public boolean adaptive() {
      return planner.adaptive();
    }

    @Override
    public Budgets replan(Request request, double[][] demands) {
      given.add(planner.replan(request, demands));
      return given.getLast();
    }
  }

  /** At a prompt's end a set holds all of it, or its budget and the last step or chunk. */
  @ParameterizedTest
  @CsvSource({"whole, 150", "chunked:16, 46", "stepwise, 41"})
  void budgetsOfCakeSumExactlyAndOnlyShrink(String regime, int atTheEnd) {
    StateSpec spec = spec("cake:window=8,tau1=0.2,tau2=0.2", Regime.parse(regime));
    var planner = new Remembering(spec.budgets(), new ArrayList<>());
    try (MultiState state = read(spec.with(planner))) {
      assertThat(planner.given).hasSize(LAYERS);
      for (int n = 1; n <= LAYERS; n++) {
        Budgets budgets = planner.given.get(n - 1);
        assertThat(budgets.layers()).isEqualTo(n);
        // 9 states are the fewest beside a window of 8
        assertThat(budgets.total()).isEqualTo(HEADS * (9L * n + (STATES - 9L) * LAYERS));
        for (int l = 0; l < n - 1; l++) {
          assertThat(budgets.states(l, 0))
              .isEqualTo(budgets.states(l, 1))
              .isLessThanOrEqualTo(planner.given.get(n - 2).states(l, 0));
        }
      }
      generate(state);
      long[][] held = held(state);
      assertThat(Arrays.stream(held).map(layer -> layer[0]).distinct().count()).isGreaterThan(1);
      for (int l = 0; l < LAYERS; l++) {
        int budget = planner.given.getLast().states(l, 0);
        assertThat(held[l]).containsOnly(Math.min(budget, atTheEnd + GENERATED));
      }
    }
  }

  @Test
  void cakeAtTheEndOfAPromptAloneIsThePublishedSchedule() {
    try (MultiState state = read(spec("cake:window=8+prompt-end", Regime.WHOLE))) {
      assertThat(sum(held(state))).isEqualTo((long) LAYERS * HEADS * STATES);
      generate(state);
      assertThat(sum(held(state))).isEqualTo((long) LAYERS * HEADS * (STATES + GENERATED));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"whole", "stepwise"})
  void fastGenFreesWhatItsClassesDoNotWant(String regime) {
    StateSpec spec = spec("fastgen:threshold=0.1,frequent=0.15,local=0.1", Regime.parse(regime));
    try (MultiState all = read(spec.with(BudgetPlanner.UNIFORM));
        MultiState state = read(spec)) {
      assertThat(sum(held(all))).isEqualTo((long) LAYERS * HEADS * STATES);
      long states = sum(held(state));
      assertThat(states).isLessThan((long) LAYERS * HEADS * STATES * 9 / 10);
      double ratio = (double) states / sum(held(all));
      assertThat((double) state.bytes() / all.bytes()).isCloseTo(ratio, within(.01));
      assertThat((double) state.reservedBytes() / all.reservedBytes()).isCloseTo(ratio, within(.1));
      generate(state);
      assertThat(sum(held(state))).isEqualTo(states);
    }
  }

  @Test
  void streamingHeadsHoldSinksAndRecentStates(@TempDir Path folder) throws IOException {
    Path gates =
        Files.writeString(folder.resolve("gates.tsv"), "1\t0\n0\t0\n0.5\t0.9\n0\t1\n0\t0\n");
    StateSpec spec =
        spec("tova:granularity=kv-head+duo:" + gates + ",sinks=3,recent=9", Regime.STEPWISE);
    try (MultiState state = read(spec)) {
      generate(state);
      long end = PROMPT + GENERATED;
      long[] streaming =
          LongStream.concat(LongStream.range(0, 3), LongStream.range(end - 9, end)).toArray();
      // 400 states, of which 6 heads have 12
      assertThat(held(state))
          .isDeepEqualTo(new long[][] {{82, 12}, {12, 12}, {82, 82}, {12, 82}, {12, 12}});
      for (int[] head : new int[][] {{0, 1}, {1, 0}, {1, 1}, {3, 0}, {4, 0}, {4, 1}}) {
        assertThat(state.kept(head[0], head[1])).isEqualTo(streaming);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"whole", "stepwise"})
  void lazyLayersHoldSinksAndRecentStates(String regime) {
    String lazy = "sim-layer-kv:sinks=3,recent=9,threshold=";
    try (MultiState all = read(spec(lazy + "0", Regime.parse(regime)));
        MultiState none = read(spec(lazy + "1", Regime.parse(regime)))) {
      generate(all);
      long end = PROMPT + GENERATED;
      for (int l = 0; l < LAYERS; l++) {
        assertThat(all.kept(l, 0))
            .isEqualTo(
                LongStream.concat(LongStream.range(0, 3), LongStream.range(end - 9, end))
                    .toArray());
        assertThat(none.kept(l, 0)).hasSize(STATES);
      }
      assertThat((double) all.bytes() / none.bytes()).isCloseTo(12.0 / STATES, within(.02));
    }
  }
}
