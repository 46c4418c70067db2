package org.msrnn.api.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BudgetsTest {
  @Test
  void aUniformBudgetIsTheSameEverywhere() {
    Budgets budgets =
        BudgetPlanner.UNIFORM.plan(new BudgetPlanner.Request(3, 2, 17, 1, Granularity.KV_HEAD));

    assertThat(budgets.layers()).isEqualTo(3);
    for (int layer = 0; layer < 3; layer++) {
      assertThat(budgets.states(layer, 0)).isEqualTo(17);
      assertThat(budgets.states(layer, 1)).isEqualTo(17);
    }
  }

  @Test
  void budgetsDoNotChangeWithTheArrayTheyCameFrom() {
    int[][] states = {{3, 4}, {5, 6}};
    Budgets budgets = Budgets.of(states);
    states[1][0] = 99;

    assertThat(budgets.states(1, 0)).isEqualTo(5);
  }

  @Test
  void aBudgetBelowOneIsRefusedWithItsLayer() {
    assertThatThrownBy(() -> Budgets.of(new int[][] {{1}, {2}, {0}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer 2 has a budget of 0");
    assertThatThrownBy(() -> Budgets.uniform(1, 1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sharesAreProportionalAndTheLargestRemaindersGetWhatIsLeft() {
    assertThat(Budgets.share(10, new double[] {1, 1, 1}, 0)).containsExactly(4, 3, 3);
    assertThat(Budgets.share(10, new double[] {5, 3, 2}, 0)).containsExactly(5, 3, 2);
    // 3.5, 2.1, 1.4 of 7: one is left, and the first lost most
    assertThat(Budgets.share(7, new double[] {5, 3, 2}, 0)).containsExactly(4, 2, 1);
    // the doubles 0.1, 0.2, 0.7 are no tenths, and their shares of 10 are whole all the same
    assertThat(Budgets.share(10, new double[] {0.1, 0.2, 0.7}, 0)).containsExactly(1, 2, 7);
  }

  @Test
  void whoWouldGetTooLittleGetsTheLeastAndTheOthersShareTheRest() {
    assertThat(Budgets.share(12, new double[] {0, 1, 3}, 2)).containsExactly(2, 3, 7);
    // 20 of 100 is 4 of 20; once the first has 5, the second would have 15 * 25 / 80 = 4.7
    assertThat(Budgets.share(20, new double[] {20, 25, 55}, 5)).containsExactly(5, 5, 10);
    assertThat(Budgets.share(9, new double[] {1, 2, 3}, 3)).containsExactly(3, 3, 3);
    assertThat(Budgets.share(9, new double[] {0, 0}, 1)).containsExactly(5, 4);
  }

  @Test
  void sharesOfAnyWeightsAreExact() {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      int count = 1 + random.nextInt(40);
      int least = random.nextInt(20);
      long total = (long) count * least + random.nextInt(5_000);
      int kind = random.nextInt(5);
      double[] weights = new double[count];
      for (int i = 0; i < count; i++) {
        weights[i] =
            switch (random.nextInt(4) == 0 ? kind : 4) {
              case 0 -> 0;
              case 1 -> Double.MAX_VALUE;
              case 2 -> Double.MIN_VALUE * random.nextInt(5);
              case 3 -> 1;
              default -> random.nextDouble() * 10;
            };
      }
      int[] shares = Budgets.share(total, weights, least);
      assertThat(Arrays.stream(shares).asLongStream().sum()).as("seed %d", seed).isEqualTo(total);
      for (int i = 0; i < count; i++) {
        assertThat(shares[i]).as("seed %d", seed).isGreaterThanOrEqualTo(least);
        for (int j = 0; j < count; j++) {
          if (weights[i] > weights[j] || (weights[i] == weights[j] && i < j)) {
            assertThat(shares[i]).as("seed %d", seed).isGreaterThanOrEqualTo(shares[j]);
          }
        }
      }
      assertThat(Budgets.share(total, weights, least)).isEqualTo(shares);
    }
  }

  @Test
  void sharesOfLargeTotalsAreExact() {
    double[] weights = {1, 2, 3, 1e-300, 0.1};
    int[] shares = Budgets.share(3_000_000_007L, weights, 1);
    assertThat(Arrays.stream(shares).asLongStream().sum()).isEqualTo(3_000_000_007L);
    assertThat(shares[3]).isEqualTo(1);
    assertThatThrownBy(() -> Budgets.share(1L << 40, new double[] {1, 0}, 0))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void whatCannotBeSharedIsRefused() {
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Budgets.share(9, new double[] {1, bad}, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weight 1 is " + bad);
    }
    assertThatThrownBy(() -> Budgets.share(9, new double[] {1, 1}, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("9 states cannot be split in 2 shares of 5");
    assertThatThrownBy(() -> Budgets.share(9, new double[0], 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTotalIsOverLayersAndHeads() {
    assertThat(Budgets.of(new int[][] {{3, 4}, {5, 6}}).total()).isEqualTo(18);
    assertThat(Budgets.byLayer(new int[] {3, 5}, 4).total()).isEqualTo(32);
  }

  @Test
  void pinsAreCounts() {
    assertThatThrownBy(() -> new Pins(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Pins(0, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTriggerHasStepsIfItIsPeriodicAlone() {
    assertThat(Trigger.every(1)).isEqualTo(Trigger.EVERY_STEP);
    assertThatThrownBy(() -> Trigger.every(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Trigger(Trigger.Kind.NEVER, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void originalPositionsAreThePositions() {
    double[] into = {-1, -1, -1};
    PositionScheme.ORIGINAL.map(new long[] {0, 4_000_000_000L, 7}, 2, into);

    assertThat(into).containsExactly(0, 4e9, -1);
    assertThat(PositionScheme.ORIGINAL.rotatesAtRead()).isFalse();
  }
}
