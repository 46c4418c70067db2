package com.example.headwise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.testkit.PlannerContract;
import org.msrnn.api.testkit.PolicyContract;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

class HeadwiseTest {
  /** Everything that msrnn asks of the policy, with no model. */
  @TestFactory
  Stream<DynamicTest> policy() {
    return PolicyContract.of(new MaxAttention())
        .withSeeds(1000)
        .rules()
        .map(rule -> dynamicTest(rule.name(), rule::check));
  }

  /** Everything that it asks of the planner, which promises to spend every state. */
  @TestFactory
  Stream<DynamicTest> planner() {
    return PlannerContract.of(new EveryOtherHead(), Map.of("ratio", "2.5"))
        .exact()
        .withSeeds(1000)
        .rules()
        .map(rule -> dynamicTest(rule.name(), rule::check));
  }

  /** Two heads of 8 states each and ratio 3: 12 and 4. */
  @Test
  void evenHeadsKeepThreeTimesAsMuch() {
    BudgetPlanner planner = new EveryOtherHead().create(Options.none("every-other-head"));
    Budgets budgets = planner.plan(new BudgetPlanner.Request(2, 2, 8, 1, Granularity.KV_HEAD));

    for (int layer = 0; layer < 2; layer++) {
      assertEquals(12, budgets.states(layer, 0));
      assertEquals(4, budgets.states(layer, 1));
    }
  }

  /** The state at 5 is looked at once, by one head, and stays in that head alone. */
  @Test
  void whatWasLookedAtOnceStays() {
    SimulatedLayer layer = SimulatedLayer.of(2, 1, 3);
    PolicySimulation simulation =
        new PolicySimulation(
            new MaxAttention(),
            layer,
            (head, query, key) -> head == 0 && query == 5 && key == 5 ? 9 : 0);
    simulation.generate(20);

    assertArrayEquals(new long[] {0, 1, 5}, simulation.kept(0));
    assertArrayEquals(new long[] {0, 1, 2}, simulation.kept(1));
  }
}
