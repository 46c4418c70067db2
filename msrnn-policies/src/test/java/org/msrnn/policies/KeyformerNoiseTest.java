package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/**
 * The noise is Gumbel's: the largest of logits plus such noise is a draw from their softmax, and
 * with a temperature near 0 all weight is on the largest.
 */
class KeyformerNoiseTest {
  private static final double[] PROBABILITIES = {.5, .25, .15, .1};
  private static final int QUERIES = 1200;
  private static final AttentionSource FOUR_KEYS =
      (head, query, key) -> key < 4 ? Math.log(PROBABILITIES[(int) key]) : -80;

  @Test
  void aColdSoftmaxDrawsStatesAsOftenAsTheWarmOneWeighsThem() {
    PolicySimulation simulation = cold(1, 7);
    simulation.generate(QUERIES);

    double[] sums = simulation.column(0, 0);
    for (int j = 0; j < 4; j++) {
      double p = PROBABILITIES[j];
      // six deviations of a binomial count, and the first queries, which saw fewer states
      assertThat(sums[j]).isCloseTo(p * QUERIES, within(6 * Math.sqrt(QUERIES * p * (1 - p)) + 4));
    }
  }

  @Test
  void queryHeadsAndSeedsDrawForThemselves() {
    PolicySimulation simulation = cold(2, 7);
    PolicySimulation other = cold(2, 8);
    double agreed = 0;
    double same = 0;
    double[] before = new double[QUERIES];
    double[] otherBefore = new double[QUERIES];
    for (int t = 0; t < QUERIES; t++) {
      simulation.generate(1);
      other.generate(1);
      double[] sums = simulation.column(0, 0);
      double[] otherSums = other.column(0, 0);
      for (int j = 0; j < Math.min(4, t + 1); j++) {
        double drawn = sums[j] - before[j];
        agreed += drawn > .9 ? 1 : 0;
        same += Math.min(drawn, otherSums[j] - otherBefore[j]);
      }
      before = Arrays.copyOf(sums, QUERIES);
      otherBefore = Arrays.copyOf(otherSums, QUERIES);
    }

    // two independent draws agree with probability sum p^2
    double expected = (.25 + .0625 + .0225 + .01) * QUERIES;
    assertThat(agreed).isCloseTo(expected, within(6 * Math.sqrt(expected) + 4));
    assertThat(same).isLessThan(.8 * QUERIES);
  }

  private static PolicySimulation cold(int group, long seed) {
    return new PolicySimulation(
        Policies.create("keyformer:tau=.001,tau-step=0"),
        new SimulatedLayer(0, 1, group, 4, QUERIES + 1, seed),
        FOUR_KEYS);
  }
}
