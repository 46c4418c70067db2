package org.msrnn.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.PolicyException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;
import org.msrnn.core.TestPlanners.Competing;
import org.msrnn.core.TestPlanners.Given;

/** What a planner says is checked, and refused under its name. */
class PlanningTest {
  private static final Request HEADS = new Request(2, 2, 10, 3, Granularity.KV_HEAD);
  private static final Request LAYER = new Request(2, 2, 10, 3, Granularity.LAYER);

  private static void assertRefused(Request request, int[][] states, String... words) {
    var planning = new Planning(new Given(states), request);
    assertThatThrownBy(planning::start)
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageStartingWith("budget planner given:[[")
        .hasMessageContainingAll(words);
  }

  @Test
  void budgetsThatFitAreTaken() {
    int[][] states = {{3, 11}, {19, 7}};
    Budgets budgets = new Planning(new Given(states), HEADS).start();
    assertThat(budgets.states(1, 0)).isEqualTo(19);
  }

  @Test
  void budgetsOfAnotherShapeAreRefused() {
    assertRefused(HEADS, new int[][] {{10, 10}}, "1 layers", "2 layers");
    assertRefused(HEADS, new int[][] {{10, 10}, {10}}, "1 KV heads of layer 1", "2 KV heads");
    assertRefused(LAYER, new int[][] {{10, 10}, {9, 11}}, "layer 1", "granularity layer");
  }

  @Test
  void budgetsThatAreTooSmallOrTooManyAreRefused() {
    assertRefused(HEADS, new int[][] {{10, 10}, {2, 10}}, "layer 1 a budget of 2", "3 or more");
    assertRefused(HEADS, new int[][] {{10, 10}, {10, 11}}, "41 states", "at most 40");
  }

  @Test
  void budgetsAtTheEndOfAPromptAreForTheLayersSoFar() {
    record Late() implements BudgetPlanner {
      @Override
      public Budgets plan(Request request) {
        return UNIFORM.plan(request);
      }

      @Override
      public Budgets replan(Request request, double[][] demands) {
        return UNIFORM.plan(request);
      }
    }

    var planning = new Planning(new Late(), HEADS);
    assertThat(planning.replan(new double[2][2]).total()).isEqualTo(40);
    assertThatThrownBy(() -> planning.replan(new double[1][2]))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("Late")
        .hasMessageContaining("2 layers");
    assertThatThrownBy(() -> new Planning(BudgetPlanner.UNIFORM, HEADS).replan(new double[1][2]))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("uniform is not adaptive");
  }

  @Test
  void headsCompeteOnlyWhereEachHasItsSet() {
    for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new Planning(new Competing(BudgetPlanner.UNIFORM, bad), HEADS))
          .isInstanceOf(InvalidOptionException.class)
          .hasMessageContaining("Competing")
          .hasMessageContaining("" + bad)
          .hasMessageContaining("0 to 1");
    }
    assertThatThrownBy(() -> new Planning(new Competing(BudgetPlanner.UNIFORM, 0.5), LAYER))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("compete")
        .hasMessageContaining("granularity kv-head");
    assertThat(new Planning(new Competing(BudgetPlanner.UNIFORM, 1), LAYER).start().total())
        .isEqualTo(40);
  }
}
