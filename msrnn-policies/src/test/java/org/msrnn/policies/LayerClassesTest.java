package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/** Lazy layers of SimLayerKV, and layers in given proportions. */
class LayerClassesTest {
  private static final double[][] ROWS = {
    {1}, {.5, .5}, {.2, .3, .5}, {.4, .3, .2, .1}, {.1, .2, .3, .3, .1},
  };

  private static int[] states(Budgets budgets) {
    int[] states = new int[budgets.layers()];
    Arrays.setAll(states, l -> budgets.states(l, 0));
    return states;
  }

  private static double[][] demands(double... layers) {
    return Arrays.stream(layers).mapToObj(d -> new double[] {d, d}).toArray(double[][]::new);
  }

  @Test
  void theDemandIsTheShareOfSinksAndRecentStates() {
    Demanding lazy = new Demanding(Policies.create("sim-layer-kv:sinks=1,recent=2,window=2"));
    PolicySimulation simulation =
        new PolicySimulation(
            lazy,
            SimulatedLayer.of(1, 1, 4),
            (head, query, key) -> Math.log(ROWS[(int) query][(int) key]));
    simulation.prompt(5, Regime.WHOLE);

    // .4 + .2 + .1 of the fourth query, .1 + .3 + .1 of the fifth
    assertThat(lazy.demands()).hasSize(1);
    assertThat(lazy.demands().getFirst()).isCloseTo(.6, within(1e-6));
    assertThat(simulation.kept(0)).containsExactly(0, 2, 3, 4);
  }

  @Test
  void fewerQueriesThanTheWindowCountAsManyAsThereAre() {
    Demanding lazy = new Demanding(Policies.create("sim-layer-kv:sinks=1,recent=1,window=9"));
    PolicySimulation simulation =
        new PolicySimulation(
            lazy,
            SimulatedLayer.of(1, 1, 2),
            (head, query, key) -> Math.log(ROWS[(int) query][(int) key]));
    simulation.prompt(3, Regime.WHOLE);

    // 1, all of .5 and .5, .2 + .5
    assertThat(lazy.demands().getFirst()).isCloseTo(2.7 / 3, within(1e-6));
  }

  @Test
  void lazyLayersKeepLittleAndTheOthersShareTheRest() {
    BudgetPlanner planner = Policies.create("sim-layer-kv:sinks=1,recent=2").budgets();
    Request request = new Request(4, 2, 10, 2, Granularity.LAYER);

    assertThat(states(planner.plan(request))).containsExactly(10, 10, 10, 10);
    assertThat(states(planner.replan(request, demands(.95)))).containsExactly(3);
    assertThat(states(planner.replan(request, demands(.95, .1)))).containsExactly(3, 37);
    assertThat(states(planner.replan(request, demands(.95, .1, .9)))).containsExactly(3, 34, 3);
    assertThat(states(planner.replan(request, demands(.95, .1, .9, .5))))
        .containsExactly(3, 17, 3, 17);
    assertThat(states(planner.replan(request, demands(.1, .1, .9, .5))))
        .containsExactly(13, 12, 3, 12);
    assertThat(states(planner.replan(request, demands(1, 1, 1, 1)))).containsExactly(3, 3, 3, 3);
    // the paper's 4 + 1024 are more than k
    BudgetPlanner usual = Policies.create("sim-layer-kv").budgets();
    assertThat(states(usual.replan(request, demands(1, 0, 1, 0)))).containsOnly(10);
  }

  @Test
  void budgetsOfLazyLayersSumExactlyAndOnlyShrinkWhileLayersComeIn() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int layers = 1 + random.nextInt(40);
      int states = 5 + random.nextInt(60);
      BudgetPlanner planner = Policies.create("sim-layer-kv:sinks=1,recent=3").budgets();
      Request request = new Request(layers, 2, states, 2, Granularity.LAYER);
      double[] all = random.doubles(layers, .8, 1).toArray();
      int[] before = {};
      for (int n = 1; n <= layers; n++) {
        double[] soFar = Arrays.copyOf(all, n);
        int[] budgets = states(planner.replan(request, demands(soFar)));
        long lazy = Arrays.stream(soFar).filter(d -> d >= .9).count();
        assertThat(Arrays.stream(budgets).asLongStream().sum())
            .as("seed %d, %d layers", seed, n)
            .isEqualTo(lazy == n ? 4L * n : (long) states * layers);
        for (int l = 0; l < before.length; l++) {
          assertThat(budgets[l]).as("seed %d", seed).isLessThanOrEqualTo(before[l]);
        }
        before = budgets;
      }
    }
  }

  @Test
  void layersShareInGivenProportions() {
    BudgetPlanner planner = Policies.create("tova+per-layer:4/2/1").budgets();

    assertThat(states(planner.plan(new Request(3, 2, 7, 1, Granularity.LAYER))))
        .containsExactly(12, 6, 3);
    assertThat(states(planner.plan(new Request(3, 2, 8, 1, Granularity.LAYER))))
        .containsExactly(14, 7, 3); // 13.7, 6.9, 3.4
    assertThat(states(planner.plan(new Request(3, 2, 7, 5, Granularity.LAYER))))
        .containsExactly(11, 5, 5); // 16 states as 4 to 2, once the last has what it needs
    assertThat(planner).hasToString("per-layer:4.0/2.0/1.0");
    assertThatThrownBy(() -> planner.plan(new Request(2, 2, 7, 1, Granularity.LAYER)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage(
            "per-layer is 3 shares, allowed is 2 with / between them, one for each layer of the"
                + " model");
  }
}
