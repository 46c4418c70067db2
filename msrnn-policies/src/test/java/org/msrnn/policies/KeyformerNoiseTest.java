package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/**
 * The noise is Gumbel's: the largest of logits plus such noise is a draw from their softmax, and
 * with a temperature near 0 all weight is on the largest.
 */
class KeyformerNoiseTest {
  private static final int KEYS = 65;
  private static final int QUERIES = 900;

  /** Half of the attention on the first key, the other half on the next 64, none on later ones. */
  private static final AttentionSource STRONG_AND_WEAK =
      (head, query, key) -> key == 0 ? Math.log(64) : key < KEYS ? 0 : -80;

  /** Noise of another shape, with as many weak keys, would draw the strong one far more often. */
  @Test
  void aColdSoftmaxDrawsAStateAsOftenAsTheWarmOneWeighsIt() {
    PolicySimulation simulation = cold(1, 7);
    simulation.generate(QUERIES);

    double expected = 0;
    double variance = 0;
    for (int t = 0; t < QUERIES; t++) {
      double p = 64.0 / (64 + Math.min(t, KEYS - 1));
      expected += p;
      variance += p * (1 - p);
    }
    assertThat(simulation.column(0, 0)[0]).isCloseTo(expected, within(5 * Math.sqrt(variance)));
  }

  @Test
  void queryHeadsAndSeedsDrawForThemselves() {
    PolicySimulation simulation = cold(2, 7);
    PolicySimulation other = cold(2, 8);
    int both = 0;
    int all = 0;
    double expected = 0;
    double before = 0;
    double otherBefore = 0;
    for (int t = 0; t < QUERIES; t++) {
      simulation.generate(1);
      other.generate(1);
      double drawn = simulation.column(0, 0)[0] - before;
      double otherDrawn = other.column(0, 0)[0] - otherBefore;
      both += drawn > .9 ? 1 : 0;
      all += drawn > .9 && otherDrawn > .9 ? 1 : 0;
      before += drawn;
      otherBefore += otherDrawn;
      double p = 64.0 / (64 + Math.min(t, KEYS - 1));
      expected += p * p;
    }

    // two heads draw the strong key together with probability p^2, four with p^4
    assertThat((double) both).isCloseTo(expected, within(5 * Math.sqrt(expected)));
    assertThat((double) all).isLessThan(.6 * both);
  }

  private static PolicySimulation cold(int group, long seed) {
    return new PolicySimulation(
        Policies.create("keyformer:tau=.001,tau-step=0"),
        new SimulatedLayer(0, 1, group, 4, QUERIES + 1, seed),
        STRONG_AND_WEAK);
  }
}
