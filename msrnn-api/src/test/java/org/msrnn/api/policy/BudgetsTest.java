package org.msrnn.api.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
