package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.testkit.PlannerContract;

class BudgetPlannersTest {
  private static final Request HEADS = new Request(3, 2, 10, 1, Granularity.KV_HEAD);

  @TempDir Path folder;

  private BudgetPlanner file(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("budgets.txt"), text);
    return new FileBudgets().create(new Options("planner", Map.of("file", file.toString())));
  }

  private static int[][] states(Budgets budgets) {
    int[][] states = new int[budgets.layers()][];
    for (int l = 0; l < states.length; l++) {
      states[l] = new int[budgets.kvHeads(l)];
      for (int h = 0; h < states[l].length; h++) {
        states[l][h] = budgets.states(l, h);
      }
    }
    return states;
  }

  @TestFactory
  Stream<DynamicTest> everyPlannerKeepsTheContract() throws IOException {
    String shares = Files.writeString(folder.resolve("shares.txt"), "3\n1\n2\n").toString();
    return Stream.of(
            PlannerContract.of(new AdaBudgets()).exact(),
            PlannerContract.of(new CakeBudgets()),
            PlannerContract.of(new FastGenBudgets()),
            PlannerContract.of(new FileBudgets(), Map.of("file", shares)).on(3, 4).exact(),
            PlannerContract.of(new PerLayerBudgets(), Map.of("per-layer", "1/2/4"))
                .on(3, 2)
                .exact(),
            PlannerContract.of(new PyramidBudgets()).exact(),
            PlannerContract.of(new SimLayerKvBudgets()))
        .flatMap(PlannerContract::rules)
        .map(rule -> dynamicTest(rule.name(), rule::check));
  }

  @Test
  void aNumberALayerIsForAllItsHeads() throws IOException {
    BudgetPlanner planner = file("# shares\n3 # the first layer\n\n 2.0\n1e0\n");

    assertThat(states(planner.plan(HEADS))).isDeepEqualTo(new int[][] {{15, 15}, {10, 10}, {5, 5}});
    assertThat(planner.plan(new Request(3, 2, 11, 1, Granularity.LAYER)).total())
        .isEqualTo(3 * 2 * 11);
  }

  @Test
  void aNumberAHeadIsForThatHead() throws IOException {
    BudgetPlanner planner = file("0.3 0.1\n\t0.2   0.2\r\n0.1\n");

    // tenths 3 1 2 2 1 1 of 60
    assertThat(states(planner.plan(HEADS))).isDeepEqualTo(new int[][] {{18, 6}, {12, 12}, {6, 6}});
  }

  @Test
  void noBudgetIsBelowTheLeast() throws IOException {
    Budgets budgets = file("0\n1\n1\n").plan(new Request(3, 2, 10, 7, Granularity.KV_HEAD));

    assertThat(states(budgets)).isDeepEqualTo(new int[][] {{7, 7}, {12, 12}, {11, 11}});
  }

  @ParameterizedTest
  @CsvSource({
    "'1\n2 x\n3', x",
    "'1\n-2\n3', -2",
    "'1\nNaN\n3', NaN",
    "'1\n1e999\n3', 1e999",
  })
  void whatIsNoShareIsRefusedWithItsLine(String text, String found) {
    assertThatThrownBy(() -> file(text))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'" + found + "' in line 2 of")
        .hasMessageContaining("budgets.txt")
        .hasMessageContaining("0 or more");
  }

  @ParameterizedTest
  @CsvSource({
    "'1\n#\n1 2 3\n1', line 3 of, with 3 numbers, 'one number, or 2'",
    "'1\n2', with 2 layers up to line 2, 3 layers, a line each",
    "'#', with 0 layers up to line 0, 3 layers, a line each",
    "'1\n2\n3\n4', with 4 layers up to line 4, 3 layers, a line each",
  })
  void aFileOfAnotherShapeIsRefusedWithItsLine(String text, String a, String b, String c)
      throws IOException {
    BudgetPlanner planner = file(text);
    assertThatThrownBy(() -> planner.plan(HEADS))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("budgets.txt")
        .hasMessageContaining(a)
        .hasMessageContaining(b)
        .hasMessageContaining(c);
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    for (String path : new String[] {"", "no/such/file", "\0"}) {
      assertThatThrownBy(
              () -> new FileBudgets().create(new Options("planner", Map.of("file", path))))
          .isInstanceOf(InvalidOptionException.class)
          .hasMessageContaining("cannot be read");
    }
  }

  @Test
  void adaKeepsTheBudgetsOfThePolicyItIsAround() {
    EvictionPolicy ada = Policies.create("tova+ada:0.5");
    BudgetPlanner planner = ada.budgets();

    assertThat(ada.granularity()).isEqualTo(Granularity.KV_HEAD);
    assertThat(planner.guaranteed()).isEqualTo(0.5);
    assertThat(planner.adaptive()).isFalse();
    assertThat(states(planner.plan(HEADS)))
        .isDeepEqualTo(states(BudgetPlanner.UNIFORM.plan(HEADS)));
    assertThat(new AdaBudgets().create(Options.none("planner")))
        .hasToString("ada:0.2")
        .hasToString(Policies.create("tova+ada").budgets().toString());
    assertThatThrownBy(() -> Policies.create("tova+ada:1.5"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("ada")
        .hasMessageContaining("0.0 to 1.0");
  }
}
