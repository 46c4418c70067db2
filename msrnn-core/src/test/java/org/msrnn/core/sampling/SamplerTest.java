package org.msrnn.core.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.NonFiniteException;

class SamplerTest {
  private static final float[] LOGITS = {0, 2, 1, 2, -1};

  @Test
  void greedyTakesTheLowestOfEqualIds() {
    assertThat(Sampler.greedy().next(LOGITS, 0)).isEqualTo(1);
  }

  @Test
  void drawsFollowTheSoftmax() {
    Sampler sampler = new Sampler(1, 1, 42);
    int[] counts = new int[LOGITS.length];
    int draws = 40_000;
    for (int i = 0; i < draws; i++) {
      counts[sampler.next(LOGITS, i)]++;
    }
    double total = 0;
    for (float logit : LOGITS) {
      total += Math.exp(logit);
    }
    for (int i = 0; i < LOGITS.length; i++) {
      double expected = Math.exp(LOGITS[i]) / total;
      // five standard deviations of a binomial share, seed 42
      double tolerance = 5 * Math.sqrt(expected * (1 - expected) / draws);
      assertThat(counts[i] / (double) draws).isCloseTo(expected, within(tolerance));
    }
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    Sampler sampler = new Sampler(1, 0.5, 1); // 0.37 + 0.37 are needed
    for (int i = 0; i < 500; i++) {
      assertThat(sampler.next(LOGITS, i)).isIn(1, 3);
    }
    Sampler one = new Sampler(1, 1e-9, 1);
    assertThat(one.next(LOGITS, 5)).isEqualTo(1);
  }

  @Test
  void aDrawFollowsFromSeedAndPositionAlone() {
    Sampler a = new Sampler(1.3, 0.9, 7);
    Sampler b = new Sampler(1.3, 0.9, 7);
    for (int i = 99; i >= 0; i--) {
      b.next(LOGITS, i);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(a.next(LOGITS, i)).isEqualTo(b.next(LOGITS, i));
    }
  }

  @Test
  void logitsThatAreNotFiniteAreNeverAToken() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> Sampler.greedy().next(new float[] {0, bad}, 0))
          .isInstanceOf(NonFiniteException.class)
          .hasMessageContaining("token 1");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 101, Double.NaN, Double.POSITIVE_INFINITY})
  void temperaturesOutsideTheRangeAreRefused(double temperature) {
    assertThatThrownBy(() -> new Sampler(temperature, 1, 0))
        .isInstanceOf(InvalidOptionException.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 0, 1.01, Double.NaN})
  void topPOutsideTheRangeIsRefused(double topP) {
    assertThatThrownBy(() -> new Sampler(1, topP, 0)).isInstanceOf(InvalidOptionException.class);
  }
}
