package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPlanners.Cascade;
import org.msrnn.core.TestPlanners.Competing;
import org.msrnn.core.TestPlanners.Given;
import org.msrnn.core.TestPolicies.Chance;
import org.msrnn.core.TestPolicies.Lottery;
import org.msrnn.core.TestPolicies.Window;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.reference.PlainBackend;

/** Bytes set aside for keys and values follow the budgets. */
class RaggedMemoryTest {
  private static final Shape SHAPE = new Shape(3, 2, 2, 2, 11);
  private static final int STATES = 160;
  private static final long STATE_BYTES = 2L * SHAPE.headSize() * Float.BYTES;
  private static final long BUDGET_BYTES = SHAPE.layers() * SHAPE.kvHeads() * STATES * STATE_BYTES;
  private static final BudgetPlanner LAYERS =
      new Given(new int[][] {{40, 40}, {300, 300}, {140, 140}});
  private static final BudgetPlanner HEADS =
      new Given(new int[][] {{40, 400}, {300, 20}, {140, 60}});
  private static final EvictionPolicy PER_HEAD = new Lottery(Granularity.KV_HEAD);

  private final DecoderModel model = TestModels.random(SHAPE, 3);
  private final Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);

  @AfterEach
  void close() {
    msrnn.close();
  }

  private MultiState fed(StateSpec spec, int tokens) {
    MultiState state = msrnn.start(spec);
    msrnn.feed(state, TestModels.tokens(model, tokens, 5), LogitsSink.NONE);
    return state;
  }

  private void step(MultiState state, int steps) {
    float[] logits = new float[model.info().vocabulary()];
    for (int t = 0; t < steps; t++) {
      msrnn.step(state, t % logits.length, logits);
    }
  }

  private static void assertWithinOnePercent(MultiState state) {
    assertThat(state.bytes()).isEqualTo(BUDGET_BYTES);
    assertThat(state.reservedBytes())
        .as("%s", state.spec())
        .isBetween(BUDGET_BYTES, BUDGET_BYTES * 101 / 100);
  }

  @Test
  void plannedBudgetsTakeTheirOwnMemoryAndNoMore() {
    for (StateSpec spec :
        List.of(
            StateSpec.of(new Lottery(Granularity.LAYER), STATES),
            StateSpec.of(new Lottery(Granularity.LAYER), STATES).with(LAYERS),
            StateSpec.of(new Window(4, true), STATES).with(LAYERS),
            StateSpec.of(PER_HEAD, STATES).with(HEADS))) {
      for (Regime regime : List.of(Regime.STEPWISE, Regime.chunked(100), Regime.WHOLE)) {
        try (MultiState state = fed(spec.with(regime), 1_100)) {
          assertWithinOnePercent(state);
          step(state, 20);
          assertWithinOnePercent(state);
        }
        try (MultiState state = fed(spec.with(regime), 30)) {
          step(state, 400);
          assertWithinOnePercent(state);
        }
      }
    }
  }

  @Test
  void whatIsCutOnceTakesNoMoreAfterwards() {
    var once = new Lottery(Granularity.KV_HEAD, Trigger.PROMPT_END, Pins.NONE);
    try (MultiState state = fed(StateSpec.of(once, STATES).with(HEADS), 1_100)) {
      assertWithinOnePercent(state);
    }
  }

  @Test
  void budgetsThatChangeTakeTheirMemoryWithThem() {
    for (Granularity granularity : Granularity.values()) {
      for (Regime regime : List.of(Regime.STEPWISE, Regime.chunked(100), Regime.WHOLE)) {
        var spec = StateSpec.of(new Lottery(granularity), STATES).with(new Cascade()).with(regime);
        try (MultiState state = fed(spec, 1_100)) {
          assertThat(state.reservedBytes()).isLessThanOrEqualTo(BUDGET_BYTES * 101 / 100);
          assertThat(state.kept(2, 0).length).isGreaterThan(state.kept(0, 0).length);
          step(state, 400);
          assertWithinOnePercent(state);
        }
      }
    }
  }

  /** Head 1 is worth more in layer 1, head 0 elsewhere. */
  private record Uneven() implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = set.random(e) * (set.layer() == 1 == (set.kvHead() == 1) ? 1 : 0.2);
      }
    }
  }

  /** Two slots and a 64th of its budget twice, and one for the next state, a head. */
  @Test
  void competingHeadsTakeLittleMoreThanTheyHold() {
    long most =
        BUDGET_BYTES + SHAPE.layers() * SHAPE.kvHeads() * (1 + 2 * (2 + STATES / 64)) * STATE_BYTES;
    assertThat(most).isLessThan(BUDGET_BYTES * 107 / 100);
    for (EvictionPolicy policy : List.of(PER_HEAD, new Chance(Granularity.KV_HEAD), new Uneven())) {
      for (Regime regime : List.of(Regime.STEPWISE, Regime.WHOLE)) {
        var spec =
            StateSpec.of(policy, STATES)
                .with(new Competing(BudgetPlanner.UNIFORM, 0.2))
                .with(regime);
        try (MultiState state = fed(spec, 700)) {
          for (int t = 0; t < 100; t++) {
            assertThat(state.bytes()).isEqualTo(BUDGET_BYTES);
            assertThat(state.reservedBytes()).as("%s", spec).isBetween(BUDGET_BYTES, most);
            step(state, 3);
          }
        }
      }
    }
  }

  @Test
  void aHeadThatLosesGivesItsMemoryToTheOther() {
    var spec = StateSpec.of(new Uneven(), STATES).with(new Competing(BudgetPlanner.UNIFORM, 0.2));
    try (MultiState state = fed(spec, 700)) {
      long[] sizes = {
        state.kept(0, 0).length, state.kept(0, 1).length,
        state.kept(1, 0).length, state.kept(1, 1).length
      };
      assertThat(sizes[1]).isBetween(STATES / 5L, STATES / 2L);
      assertThat(sizes[2]).isBetween(STATES / 5L, STATES / 2L);
      assertThat(Arrays.stream(sizes).sum()).isEqualTo(4L * STATES);
    }
  }
}
