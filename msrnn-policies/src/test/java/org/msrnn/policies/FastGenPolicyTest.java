package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/** Classes of states of FastGen, worked by hand for a prompt of eight tokens. */
class FastGenPolicyTest {
  private static final int TOKENS = 8;

  /** What the eighth query pays; those before it pay all states the same. */
  private static final double[] LAST = {.30, .05, .20, .10, .05, .10, .12, .08};

  private record Tokens(EvictionPolicy policy, List<Integer> ids) implements WrappedPolicy {
    @Override
    public void score(KvSet set, double[] scores) {
      IntStream.range(0, set.size()).map(set::token).forEach(ids::add);
      policy.score(set, scores);
    }
  }

  private static PolicySimulation prompt(EvictionPolicy policy, long seed) {
    PolicySimulation simulation =
        new PolicySimulation(
            policy,
            new SimulatedLayer(0, 1, 1, 4, TOKENS - 1, seed),
            (head, query, key) -> query != TOKENS - 1 ? 0 : Math.log(LAST[(int) key]));
    simulation.prompt(TOKENS, Regime.WHOLE);
    return simulation;
  }

  /** The ids of tokens that a simulation makes up. */
  private static List<Integer> ids(long seed) {
    List<Integer> ids = new ArrayList<>();
    prompt(new Tokens(Policies.create("random:granularity=kv-head"), ids), seed);
    return ids;
  }

  /** A seed whose eight tokens differ. */
  private static long seed() {
    long seed = 0;
    while (ids(seed).stream().distinct().count() < TOKENS) {
      seed++;
    }
    return seed;
  }

  private static Demanding fastGen(double threshold) {
    List<Integer> ids = ids(seed());
    return new Demanding(
        Policies.create(
            "fastgen:frequent=0.25,local=0.25,special="
                + ids.get(0)
                + ",punctuation="
                + ids.get(3)
                + ",threshold="
                + threshold));
  }

  /** Frequent are positions 1 and 2: .2347 and .2155 a query, the next has .1399. */
  @ParameterizedTest
  @CsvSource({
    "0.25, 1, 0", // the special token has .30
    "0.35, 2, 3 0", // with the punctuation .40
    "0.6, 4, 2 1 3 0", // with two frequent ones .65
    "0.8, 6, 2 1 7 6 3 0", // with the two newest .85
  })
  void theCheapestClassThatGetsEnoughAttentionIsTaken(
      double threshold, int states, String highest) {
    PolicySimulation simulation = prompt(fastGen(threshold), seed());

    assertThat(simulation.demand(0)).isEqualTo(states);
    double[] scores = simulation.scores(0);
    List<String> order =
        IntStream.range(0, TOKENS)
            .boxed()
            .sorted(Comparator.comparingDouble(e -> scores[e]))
            .map(String::valueOf)
            .toList();
    assertThat(String.join(" ", order)).endsWith(highest);
  }

  @Test
  void everythingIsTakenWhereNoClassIsEnough() {
    assertThat(prompt(fastGen(.9), seed()).demand(0)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void theClassIsKept() {
    Demanding head = fastGen(.35);
    PolicySimulation simulation = prompt(head, seed());
    assertThat(simulation.demand(0)).isEqualTo(2);
    simulation.generate(20);

    assertThat(head.demands()).hasSizeGreaterThan(1).containsOnly(TOKENS - 1.0); // its budget
    assertThat(simulation.kept(0)).startsWith(0).contains(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fastgen", "fastgen:local=0"})
  void withoutIdsAndClassesTheLeastAttentionAQueryLeaves(String spec) {
    PolicySimulation simulation = prompt(Policies.create(spec), seed());
    double[] mean = new double[TOKENS];
    for (int j = 0; j < TOKENS; j++) {
      mean[j] = LAST[j];
      for (int t = j; t < TOKENS - 1; t++) {
        mean[j] += 1.0 / (t + 1);
      }
      mean[j] /= TOKENS - j;
    }
    // of 7 states 0.3, which is 3, are newest and rank above the others
    int newest = spec.equals("fastgen") ? 3 : 0;
    for (int j = 0; j < TOKENS; j++) {
      int rank = j >= TOKENS - newest ? 1 : 0;
      assertThat(Math.scalb(simulation.scores(0)[j], -250 * rank))
          .as("position %d", j)
          .isCloseTo(mean[j], within(1e-7));
    }
    assertThat(simulation.evicted(0)).containsExactly(newest == 0 ? 7 : 4);
  }

  @Test
  void headsGetWhatTheyDemandAndTheRestIsFree() {
    BudgetPlanner planner = Policies.create("fastgen").budgets();
    Request request = new Request(3, 2, 10, 3, Granularity.KV_HEAD);

    assertThat(planner.plan(request).total()).isEqualTo(60);
    Budgets budgets = planner.replan(request, new double[][] {{1, 4}, {Integer.MAX_VALUE, 9.5}});
    assertThat(budgets.states(0, 0)).isEqualTo(3);
    assertThat(budgets.states(0, 1)).isEqualTo(4);
    assertThat(budgets.states(1, 0)).isEqualTo(10);
    assertThat(budgets.states(1, 1)).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"special=a", "special=1//2", "punctuation=-1", "punctuation=10000000"})
  void badIdsAreRefused(String option) {
    assertThatThrownBy(() -> Policies.create("fastgen:" + option))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage(
            option.replaceFirst("=(.*)", " of policy fastgen:" + option + " is '$1', allowed is")
                + " ids of tokens below 10000000 with / between them");
  }
}
