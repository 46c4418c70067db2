package org.msrnn.api.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.msrnn.api.PolicyException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** The simulation hands over what was asked for, decides when it is due, and drops by the rule. */
class PolicySimulationTest {
  private static final AttentionSource UNIFORM = (head, query, key) -> 0;
  private static final int STATES = 4;

  @Test
  void exactlyTheLastQueriesBeforeEachDecisionAreObserved() {
    assertThat(observed(Signals.mean(), Trigger.EVERY_STEP, Regime.STEPWISE))
        .isEqualTo(range(0, 18));
    assertThat(observed(Signals.mean(), Trigger.EVERY_STEP, Regime.chunked(7)))
        .containsExactly(6L, 13L, 15L, 16L, 17L);
    assertThat(observed(last(3), Trigger.EVERY_STEP, Regime.chunked(7)))
        .containsExactly(4L, 5L, 6L, 11L, 12L, 13L, 14L, 15L, 16L, 17L);
    assertThat(observed(last(3), Trigger.EVERY_STEP, Regime.WHOLE))
        .containsExactly(13L, 14L, 15L, 16L, 17L);
    assertThat(observed(last(Signals.ALL_QUERIES), Trigger.EVERY_STEP, Regime.WHOLE))
        .isEqualTo(range(0, 18));
    assertThat(observed(last(2), Trigger.PROMPT_END, Regime.chunked(7)))
        .as("16 and 17 may be the last before the end of a next prompt")
        .containsExactly(14L, 15L, 16L, 17L);
    assertThat(observed(Signals.mean(), Trigger.every(6), Regime.STEPWISE))
        .as("decisions after 6, 12, 16 (the end of the prompt) and 18 tokens")
        .containsExactly(5L, 11L, 15L, 17L);
    assertThat(observed(Signals.mean(), Trigger.every(6), Regime.chunked(4)))
        .as("decisions after every chunk")
        .containsExactly(3L, 7L, 11L, 15L, 17L);
    assertThat(observed(last(Signals.ALL_QUERIES), Trigger.NEVER, Regime.STEPWISE)).isEmpty();
    assertThat(observed(Signals.NONE, Trigger.EVERY_STEP, Regime.STEPWISE)).isEmpty();
  }

  /** Positions of the queries that a policy sees of a prompt of 16 tokens and 2 generated ones. */
  private static List<Long> observed(Signals signals, Trigger trigger, Regime regime) {
    List<Long> seen = new ArrayList<>();
    EvictionPolicy policy =
        new Plant.Oldest() {
          @Override
          public Signals observes() {
            return signals;
          }

          @Override
          public Trigger trigger() {
            return trigger;
          }

          @Override
          public void observe(KvSet set, AttentionRow row) {
            assertThat(row.queryPosition()).isEqualTo(set.position(set.size() - 1));
            assertThat(set.queries()).isEqualTo(row.queryPosition() + 1);
            seen.add(row.queryPosition());
          }
        };
    PolicySimulation simulation = simulation(policy);
    simulation.prompt(16, regime);
    simulation.generate(2);
    return seen;
  }

  @Test
  void statesAreHeldAsTheTriggerSays() {
    assertThat(held(Trigger.EVERY_STEP, 6)).containsExactly(1, 2, 3, 4, 4, 4);
    assertThat(held(Trigger.every(3), 12)).containsExactly(1, 2, 3, 4, 5, 4, 5, 6, 4, 5, 6, 4);
    assertThat(held(Trigger.NEVER, 6)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(held(Trigger.PROMPT_END, 6)).containsExactly(1, 2, 3, 4, 5, 6);

    PolicySimulation prompt = simulation(triggered(Trigger.PROMPT_END));
    prompt.prompt(9, Regime.chunked(2));
    assertThat(prompt.kept(0)).containsExactly(5, 6, 7, 8);
    prompt.generate(3);
    assertThat(prompt.kept(0)).hasSize(7);
  }

  private static List<Integer> held(Trigger trigger, int steps) {
    PolicySimulation simulation = simulation(triggered(trigger));
    List<Integer> held = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      simulation.generate(1);
      held.add(simulation.kept(0).length);
    }
    return held;
  }

  private static EvictionPolicy triggered(Trigger trigger) {
    return new Plant.Oldest() {
      @Override
      public Trigger trigger() {
        return trigger;
      }
    };
  }

  @Test
  void pinsAreAMaskOnTheOldestAndTheNewest() {
    PolicySimulation simulation =
        simulation(
            new Plant.Oldest() {
              @Override
              public Pins pins(int states) {
                return new Pins(1, 2);
              }

              @Override
              public void score(KvSet set, double[] scores) {
                super.score(set, scores);
                scores[0] = -1e300;
                scores[set.size() - 1] = -1e300;
              }
            });
    simulation.generate(20);

    assertThat(simulation.kept(0)).containsExactly(0, 17, 18, 19);
  }

  @Test
  void pinsThatFillTheBudgetAreRefused() {
    assertThatThrownBy(
            () ->
                simulation(
                    new Plant.Oldest() {
                      @Override
                      public Pins pins(int states) {
                        return new Pins(Integer.MAX_VALUE, 1);
                      }
                    }))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("2147483647 + 1 of 4 states");
  }

  @Test
  void equalScoresDropTheOldestEvenIfSomeAreNegativeZero() {
    PolicySimulation simulation =
        simulation(
            new Plant.Oldest() {
              @Override
              public void score(KvSet set, double[] scores) {
                for (int e = 0; e < set.size(); e++) {
                  scores[e] = e % 2 == 0 ? 0.0 : -0.0;
                }
              }
            });
    simulation.prompt(9, Regime.WHOLE);

    assertThat(simulation.evicted(0)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void rowsAreReducedAsDeclared() {
    assertThat(rowSums(Signals.mean())).containsExactly(1);
    assertThat(rowSums(Signals.perKvHead(Signals.Reduce.MEAN))).containsExactly(1, 1);
    assertThat(rowSums(Signals.perKvHead(Signals.Reduce.SUM))).containsExactly(3, 3);
    assertThat(rowSums(Signals.perQueryHead())).containsExactly(1, 1, 1, 1, 1, 1);
    assertThat(rowSums(Signals.perQueryHead().withLogits()))
        .as("head + 10 key over keys 0 and 1")
        .containsExactly(10, 12, 14, 16, 18, 20);
  }

  /** Sums of the rows of the second query of two KV heads with three query heads each. */
  private static double[] rowSums(Signals signals) {
    List<Double> sums = new ArrayList<>();
    EvictionPolicy policy =
        new Plant.Oldest() {
          @Override
          public Signals observes() {
            return signals;
          }

          @Override
          public void observe(KvSet set, AttentionRow row) {
            sums.clear();
            for (int r = 0; r < row.rows(); r++) {
              double sum = 0;
              for (int e = 0; e < set.size(); e++) {
                sum += row.row(r)[e];
              }
              sums.add((double) Math.round(sum * 1e5) / 1e5);
            }
          }
        };
    new PolicySimulation(
            policy, SimulatedLayer.of(2, 3, STATES), (head, query, key) -> head + 10 * key)
        .generate(2);
    return sums.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Test
  void aForkIsIndependent() {
    PolicySimulation simulation = simulation(new Plant.LastRow());
    simulation.generate(7);
    PolicySimulation fork = simulation.fork();
    fork.generate(5);
    long[] forked = fork.kept(0);

    assertThat(simulation.kept(0)).containsExactly(3, 4, 5, 6);
    simulation.generate(5);
    assertThat(simulation.kept(0)).isEqualTo(forked);
    assertThat(simulation.column(0, 0))
        .containsExactly(new double[] {.2, .2, .2, .2}, within(1e-7));
  }

  @Test
  void logitsThatAreNotFiniteAreTheTestsOwnFault() {
    PolicySimulation simulation =
        new PolicySimulation(
            new Plant.LastRow(),
            SimulatedLayer.of(1, 1, STATES),
            (head, query, key) -> query == 3 && key == 1 ? Double.NaN : 0);
    simulation.generate(3);

    assertThatThrownBy(() -> simulation.generate(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("head 0 at query 3 and key 1 is NaN");
  }

  private static PolicySimulation simulation(EvictionPolicy policy) {
    return new PolicySimulation(policy, SimulatedLayer.of(1, 1, STATES), UNIFORM);
  }

  private static Signals last(int queries) {
    return Signals.mean().withLastQueries(queries);
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
