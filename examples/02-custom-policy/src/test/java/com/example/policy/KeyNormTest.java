package com.example.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.testkit.PolicyContract;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

class KeyNormTest {
  /** Everything that msrnn asks of a policy, with no model. */
  @TestFactory
  Stream<DynamicTest> contract() {
    return PolicyContract.of(new KeyNorm())
        .withSeeds(1000)
        .rules()
        .map(rule -> dynamicTest(rule.name(), rule::check));
  }

  /** What is this policy's own: the longest key goes first, in each head for itself. */
  @Test
  void theLongestKeyLeaves() {
    SimulatedLayer layer = SimulatedLayer.of(2, 1, 7);
    PolicySimulation simulation =
        new PolicySimulation(new KeyNorm(), layer, (head, query, key) -> 0);
    simulation.generate(30);

    for (int head = 0; head < 2; head++) {
      double[] scores = simulation.scores(head);
      long[] held = simulation.scored(head);
      long[] left = simulation.evicted(head);
      int lowest = 0;
      for (int e = 1; e < scores.length; e++) {
        lowest = scores[e] < scores[lowest] ? e : lowest;
      }
      assertEquals(held[lowest], left[left.length - 1]);
      assertEquals(23, left.length);
    }
  }
}
