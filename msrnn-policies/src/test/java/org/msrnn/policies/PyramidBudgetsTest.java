package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;

/** Budgets that fall along a line and add up exactly. */
class PyramidBudgetsTest {
  /** What kvpress gives 8 layers of a 4096-token prompt at a ratio of .5, its window beside it. */
  @Test
  void budgetsFallAlongALine() {
    assertThat(plan("20", 8, 2048, 1))
        .containsExactly(3994, 3438, 2882, 2326, 1770, 1214, 658, 102);
  }

  /** KVCache-Factory's 32 layers of 128 with a window of 8 sum to 4272, where 4096 were asked. */
  @Test
  void theWindowIsPartOfTheBudget() {
    int[] budgets = plan("20", 32, 128, 9);

    assertThat(IntStream.of(budgets).sum()).isEqualTo(32 * 128);
    assertThat(budgets[0]).isEqualTo(8 + 234);
    assertThat(budgets[31]).isEqualTo(8 + 6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "1.5", "2", "7", "20", "1000000"})
  void sumsAreExactAndNoLayerIsBelowTheLeast(String beta) {
    for (int layers = 1; layers < 40; layers += 1 + layers / 7) {
      for (int least : new int[] {1, 2, 9, 33}) {
        for (int states = least; states < least + 300; states += 1 + states / 5) {
          int[] budgets = plan(beta, layers, states, least);

          String what = layers + " layers, " + states + " states, least " + least;
          assertThat(IntStream.of(budgets).sum()).as(what).isEqualTo(layers * states);
          assertThat(IntStream.of(budgets).min().orElseThrow())
              .as(what)
              .isGreaterThanOrEqualTo(least);
          assertThat(budgets).as(what).isSortedAccordingTo((a, b) -> b - a);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 64})
  void aBetaOfOneIsUniform(int layers) {
    assertThat(plan("1", layers, 77, 33)).containsOnly(77).hasSize(layers);
  }

  @Test
  void pyramidKvComesWithItsPlanner() {
    Request request = new Request(4, 2, 64, 9, Granularity.KV_HEAD);
    BudgetPlanner own = Policies.create("pyramidkv:beta=7").budgets();

    assertThat(budgets(own.plan(request))).isEqualTo(plan("7", 4, 64, 9));
    assertThat(own.plan(request).states(0, 1)).isEqualTo(own.plan(request).states(0, 0));
    assertThat(own).hasToString("pyramid:beta=7.0");
    assertThat(budgets(Policies.create("pyramidkv:beta=1").budgets().plan(request)))
        .isEqualTo(budgets(Policies.create("snapkv").budgets().plan(request)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", ".99", "two", "NaN"})
  void aBetaBelowOneIsRefused(String beta) {
    assertThatThrownBy(() -> planner(beta))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("beta of planner pyramid");
  }

  private static int[] plan(String beta, int layers, int states, int least) {
    return budgets(planner(beta).plan(new Request(layers, 1, states, least, Granularity.LAYER)));
  }

  private static int[] budgets(Budgets budgets) {
    return IntStream.range(0, budgets.layers()).map(l -> budgets.states(l, 0)).toArray();
  }

  private static BudgetPlanner planner(String beta) {
    return new PyramidBudgets().create(new Options("planner pyramid", Map.of("beta", beta)));
  }
}
