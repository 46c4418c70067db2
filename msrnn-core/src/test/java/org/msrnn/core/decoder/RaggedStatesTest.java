package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.Trigger;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPlanners.Cascade;
import org.msrnn.core.TestPlanners.Competing;
import org.msrnn.core.TestPlanners.Given;
import org.msrnn.core.TestPolicies.Lottery;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.reference.PlainBackend;

/**
 * Budgets by layer and head, budgets that change and heads that compete, against lists of positions
 * that are cut as the definition says. Scores follow from positions alone, so the lists know what
 * the engine must keep.
 */
class RaggedStatesTest {
  private static final Shape SHAPE = new Shape(3, 4, 2, 4, 29);
  private static final BudgetPlanner HEADS = new Given(new int[][] {{4, 11}, {23, 9}, {6, 7}});

  private final DecoderModel model = TestModels.random(SHAPE, 3);
  private final Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);

  @AfterEach
  void close() {
    msrnn.close();
  }

  static Stream<StateSpec> specs() {
    List<StateSpec> specs = new ArrayList<>();
    var heads = new Lottery(Granularity.KV_HEAD);
    var pinned = new Lottery(Granularity.KV_HEAD, Trigger.EVERY_STEP, new Pins(1, 2));
    var periodic = new Lottery(Granularity.KV_HEAD, Trigger.every(6), Pins.NONE);
    var once = new Lottery(Granularity.KV_HEAD, Trigger.PROMPT_END, new Pins(2, 0));
    var cascade = new Cascade();
    for (Regime regime : List.of(Regime.STEPWISE, Regime.chunked(7), Regime.WHOLE)) {
      for (StateSpec spec :
          List.of(
              StateSpec.of(heads, 10).with(HEADS),
              StateSpec.of(heads, 10).with(new Competing(BudgetPlanner.UNIFORM, 0.2)),
              StateSpec.of(heads, 10).with(new Competing(HEADS, 0)),
              StateSpec.of(pinned, 10).with(new Competing(HEADS, 0.5)),
              StateSpec.of(periodic, 10).with(new Competing(BudgetPlanner.UNIFORM, 0.3)),
              StateSpec.of(once, 10).with(new Competing(BudgetPlanner.UNIFORM, 0.2)),
              StateSpec.of(new Lottery(Granularity.LAYER), 10).with(cascade),
              StateSpec.of(heads, 10).with(cascade),
              StateSpec.of(pinned, 10).with(cascade),
              StateSpec.of(periodic, 10).with(cascade),
              StateSpec.of(once, 10).with(cascade),
              StateSpec.of(pinned, 10).with(new Competing(cascade, 0.25)))) {
        specs.add(spec.with(regime));
      }
    }
    return specs.stream();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void theEngineKeepsWhatTheDefinitionKeeps(StateSpec spec) {
    var expected = new Lists(spec);
    try (MultiState state = msrnn.start(spec)) {
      float[] logits = new float[model.info().vocabulary()];
      for (int length : new int[] {1, 40, 531, 64}) { // one of them in two blocks
        msrnn.feed(state, TestModels.tokens(model, length, length), LogitsSink.NONE);
        expected.feed(length);
        expected.check(state);
        for (int t = 0; t < 20; t++) {
          msrnn.step(state, t, logits);
          expected.step();
          expected.check(state);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void savedForkedAndRestoredStatesGoOnTheSame(StateSpec spec) throws IOException {
    int[] prompt = TestModels.tokens(model, 150, 1);
    int[] next = TestModels.tokens(model, 60, 2);
    try (MultiState state = msrnn.start(spec);
        MultiState other = msrnn.start(spec)) {
      msrnn.feed(state, prompt, LogitsSink.NONE);
      msrnn.feed(other, next, LogitsSink.NONE);
      other.restore(state);
      byte[] saved = saved(state);
      try (MultiState fork = state.fork();
          MultiState loaded = msrnn.load(new ByteArrayInputStream(saved), spec)) {
        assertThat(saved(fork)).isEqualTo(saved);
        assertThat(saved(loaded)).isEqualTo(saved);
        float[] logits = goOn(state, next);
        byte[] after = saved(state);
        for (MultiState copy : List.of(fork, loaded, other)) {
          assertThat(goOn(copy, next)).isEqualTo(logits);
          assertThat(saved(copy)).isEqualTo(after);
        }
      }
    }
  }

  private float[] goOn(MultiState state, int[] tokens) {
    float[] logits = new float[model.info().vocabulary()];
    for (int token : tokens) {
      msrnn.step(state, token, logits);
    }
    msrnn.feed(state, tokens, LogitsSink.last(tokens.length, logits));
    return logits;
  }

  private static byte[] saved(MultiState state) throws IOException {
    var out = new ByteArrayOutputStream();
    state.save(out);
    return out.toByteArray();
  }

  /** The positions that sets hold, cut by the definition. */
  private final class Lists {
    private final StateSpec spec;
    private final Lottery policy;
    private final BudgetPlanner.Request request;
    private final boolean shared;
    private final List<List<List<Long>>> kept = new ArrayList<>();
    private Budgets budgets;
    private long tokens;

    Lists(StateSpec spec) {
      this.spec = spec;
      this.policy = (Lottery) spec.policy();
      this.request = BudgetPlanner.Request.of(model.info(), policy, spec.states());
      this.shared = policy.granularity() == Granularity.LAYER;
      this.budgets = spec.budgets().plan(request);
      for (int l = 0; l < SHAPE.layers(); l++) {
        List<List<Long>> layer = new ArrayList<>();
        for (int h = 0; h < (shared ? 1 : SHAPE.kvHeads()); h++) {
          layer.add(new ArrayList<>());
        }
        kept.add(layer);
      }
    }

    void feed(int length) {
      for (int i = 1; i <= length; i++) {
        append();
        if (i < length && decidesWithin(i)) {
          cutAll();
        }
      }
      for (int l = 0; l < kept.size(); l++) {
        if (spec.budgets().adaptive()) {
          double[][] demands = new double[l + 1][SHAPE.kvHeads()];
          for (int d = 0; d <= l; d++) {
            for (int h = 0; h < SHAPE.kvHeads(); h++) {
              demands[d][h] = Lottery.demand(d, shared ? -1 : h);
            }
          }
          budgets = spec.budgets().replan(request, demands);
          for (int before = 0; before < l; before++) {
            cut(before);
          }
        }
        cut(l);
      }
    }

    private boolean decidesWithin(int fed) {
      return policy.trigger().kind() == Trigger.Kind.EVERY
          && switch (spec.regime().kind()) {
            case STEPWISE -> tokens % policy.trigger().steps() == 0;
            case CHUNKED -> fed % spec.regime().chunk() == 0;
            case WHOLE -> false;
          };
    }

    void step() {
      append();
      if (policy.trigger().kind() == Trigger.Kind.EVERY && tokens % policy.trigger().steps() == 0) {
        cutAll();
      }
    }

    private void cutAll() {
      for (int l = 0; l < kept.size(); l++) {
        cut(l);
      }
    }

    private void append() {
      kept.forEach(layer -> layer.forEach(set -> set.add(tokens)));
      tokens++;
    }

    private void cut(int layer) {
      List<List<Long>> sets = kept.get(layer);
      if (spec.budgets().guaranteed() < 1) {
        long budget = 0;
        int[] least = new int[sets.size()];
        for (int h = 0; h < sets.size(); h++) {
          budget += budgets.states(layer, h);
          least[h] = (int) Math.floor(spec.budgets().guaranteed() * budgets.states(layer, h));
        }
        while (sets.stream().mapToLong(List::size).sum() > budget) {
          drop(layer, least, 0, sets.size());
        }
        return;
      }
      for (int h = 0; h < sets.size(); h++) {
        while (sets.get(h).size() > budgets.states(layer, h)) {
          drop(layer, new int[sets.size()], h, h + 1);
        }
      }
    }

    /** The lowest score of some heads leaves; of equal ones the oldest, then the first head's. */
    private void drop(int layer, int[] least, int from, int to) {
      int head = -1;
      Long victim = null;
      double lowest = 0;
      for (int h = from; h < to; h++) {
        List<Long> set = kept.get(layer).get(h);
        for (int e = 0; e < set.size(); e++) {
          long position = set.get(e);
          boolean pinned =
              position < policy.pinned().first() || e >= set.size() - policy.pinned().last();
          double score = Lottery.score(layer, shared ? -1 : h, position);
          if (!pinned
              && set.size() > least[h]
              && (victim == null || score < lowest || (score == lowest && position < victim))) {
            head = h;
            victim = position;
            lowest = score;
          }
        }
      }
      kept.get(layer).get(head).remove(victim);
    }

    void check(MultiState state) {
      for (int l = 0; l < kept.size(); l++) {
        for (int h = 0; h < SHAPE.kvHeads(); h++) {
          long[] expected =
              kept.get(l).get(shared ? 0 : h).stream().mapToLong(Long::longValue).toArray();
          assertThat(state.kept(l, h))
              .as("layer %d, head %d after %d tokens", l, h, tokens)
              .isEqualTo(expected);
        }
      }
    }
  }
}
