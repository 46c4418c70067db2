package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.PolicyException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/** What the built-in policies mean, beside their traces. */
class PolicyMeaningTest {
  private static final AttentionSource UNIFORM = (head, query, key) -> 0;
  private static final AttentionSource WAVES =
      (head, query, key) -> Math.sin(1.7 * query + 0.9 * key * (head + 1)) * 2;

  /** Rows of four query heads over two KV heads, for which the reductions disagree. */
  private static final double[][] GROUPED = {
    {.70, .10, .20}, {.10, .60, .30}, {.30, .30, .40}, {.50, .05, .45}
  };

  @Test
  void tovaAveragesQueryHeadsNotKvHeads() {
    PolicySimulation layer = grouped("tova");
    layer.generate(3);
    assertThat(layer.scores(0)).containsExactly(new double[] {.40, .2625, .3375}, within(1e-7));
    assertThat(layer.evicted(0)).containsExactly(1);

    PolicySimulation heads = grouped("tova:granularity=kv-head");
    heads.generate(3);
    assertThat(heads.scores(0)).containsExactly(new double[] {.40, .35, .25}, within(1e-7));
    assertThat(heads.scores(1)).containsExactly(new double[] {.40, .175, .425}, within(1e-7));
    assertThat(heads.evicted(0)).containsExactly(2);
    assertThat(heads.evicted(1)).containsExactly(1);
  }

  private static PolicySimulation grouped(String spec) {
    return new PolicySimulation(
        Policies.create(spec),
        SimulatedLayer.of(2, 2, 2),
        (head, query, key) -> query < 2 ? 0 : Math.log(GROUPED[head][(int) key]));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 31})
  void uniformAttentionMakesTovaAWindow(int states) {
    for (Regime regime : new Regime[] {Regime.STEPWISE, Regime.chunked(5), Regime.WHOLE}) {
      PolicySimulation simulation =
          new PolicySimulation(Policies.create("tova"), SimulatedLayer.of(3, 2, states), UNIFORM);
      simulation.prompt(states + 13, regime);

      assertThat(simulation.kept(0))
          .as("%d states, %s", states, regime)
          .isEqualTo(LongStream.range(13, states + 13).toArray());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 8, 33})
  void windowKeepsTheFirstAndTheLast(int states) {
    for (int sinks = 0; sinks < Math.min(states, 5); sinks++) {
      PolicySimulation simulation =
          new PolicySimulation(
              Policies.create("window:sinks=" + sinks), SimulatedLayer.of(1, 1, states), WAVES);
      simulation.prompt(states + 7, Regime.chunked(3));
      simulation.generate(10);
      long end = states + 17L;

      assertThat(simulation.kept(0))
          .as("%d states, %d sinks", states, sinks)
          .isEqualTo(
              LongStream.concat(
                      LongStream.range(0, sinks), LongStream.range(end - states + sinks, end))
                  .toArray());
    }
  }

  @Test
  void h2oSumsOverLiveAndEvictedStatesAreTheNumberOfQueries() {
    PolicySimulation simulation =
        new PolicySimulation(Policies.create("h2o"), SimulatedLayer.of(2, 3, 8), WAVES);
    Map<Long, Double> sums = new HashMap<>();
    int queries = 200;
    for (int t = 0; t < queries; t++) {
      simulation.generate(1);
      // Sums of states that left stand in the scores of the decision at which they left.
      record(sums, simulation.scored(0), simulation.scores(0));
      record(sums, simulation.kept(0), simulation.column(0, 0));
    }

    assertThat(simulation.evicted(0)).hasSize(queries - 8);
    double total = sums.values().stream().mapToDouble(Double::doubleValue).sum();
    assertThat(total).isCloseTo(queries, within(queries * 1e-6));
  }

  private static void record(Map<Long, Double> sums, long[] positions, double[] values) {
    for (int e = 0; e < positions.length; e++) {
      sums.put(positions[e], values[e]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tova", "h2o"})
  void oneKvHeadKeepsTheSameAsItsLayer(String name) {
    SimulatedLayer layer = SimulatedLayer.of(1, 4, 9);
    PolicySimulation shared = new PolicySimulation(Policies.create(name), layer, WAVES);
    PolicySimulation single =
        new PolicySimulation(Policies.create(name + ":granularity=kv-head"), layer, WAVES);
    shared.generate(100);
    single.generate(100);

    assertThat(single.evicted(0)).hasSize(91).isEqualTo(shared.evicted(0));
  }

  @Test
  void randomDropsAllEquallyOften() {
    int states = 9;
    int draws = 20_000;
    PolicySimulation simulation =
        new PolicySimulation(Policies.create("random"), SimulatedLayer.of(1, 1, states), UNIFORM);
    int[] ranks = new int[states + 1];
    simulation.generate(states);
    for (int i = 0; i < draws; i++) {
      simulation.generate(1);
      ranks[firstDifference(simulation.scored(0), simulation.kept(0))]++;
    }

    double mean = draws / (states + 1.0);
    // Six standard deviations of a binomial count; the seed is fixed, so this holds or does not.
    double slack = 6 * Math.sqrt(mean);
    for (int count : ranks) {
      assertThat((double) count).isCloseTo(mean, within(slack));
    }
  }

  /** The entry of {@code held} that is missing in {@code kept}. */
  private static int firstDifference(long[] held, long[] kept) {
    int entry = Arrays.mismatch(held, kept);
    return entry < 0 ? kept.length : entry;
  }

  @Test
  void h2oProtectsTheRecentHalfUnlessToldOtherwise() {
    assertThat(Policies.create("h2o").pins(64)).isEqualTo(new Pins(0, 32));
    assertThat(Policies.create("h2o").pins(7)).isEqualTo(new Pins(0, 3));
    assertThat(Policies.create("h2o").pins(1)).isEqualTo(Pins.NONE);
    assertThat(Policies.create("h2o:recent=0").pins(64)).isEqualTo(Pins.NONE);
    assertThat(Policies.create("h2o:recent=5,sinks=2").pins(64)).isEqualTo(new Pins(2, 5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"window:sinks=4", "tova:sinks=4", "tova:sinks=3,keep-newest", "h2o:recent=4"})
  void pinningAllStatesIsRefused(String spec) {
    assertThatThrownBy(
            () -> new PolicySimulation(Policies.create(spec), SimulatedLayer.of(1, 1, 4), UNIFORM))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("of 4 states");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "window:sinks=-1",
        "window:sinks=",
        "window:sinks=one",
        "tova:granularity=head",
        "tova:keep-newest=yes",
        "h2o:recent=-1",
        "h2o:recent=2147483648",
        "random:sinks=1.5",
        "full:sinks=1",
        "window:granularity=kv-head",
        "tova:Sinks=1"
      })
  void badOptionsAreRefusedByName(String spec) {
    String option = spec.split("[:=]", 3)[1];

    assertThatThrownBy(() -> Policies.create(spec))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(option)
        .hasMessageContaining(Policies.provider(spec).name());
  }
}
