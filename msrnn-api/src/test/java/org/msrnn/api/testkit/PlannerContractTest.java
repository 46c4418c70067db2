package org.msrnn.api.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/** Right planners keep the contract of planners, wrong ones are caught by the rule for it. */
class PlannerContractTest {
  private static final String SHARE = "the guaranteed share is from 0 to 1";
  private static final String SHAPE = "every layer and KV head has a budget";
  private static final String LEAST = "no budget is below the least";
  private static final String SUM = "all budgets together are at most k a head";
  private static final String SHARED = "heads that share a set have one budget";
  private static final String SAME = "the same request gives the same budgets";
  private static final String SHRINKS = "no budget of a layer grows while further ones come in";
  private static final String DEMANDS = "an adaptive planner uses the demands";

  /** A planner that gives what functions say. */
  private static class Planner implements BudgetPlanner {
    private final Function<Request, int[][]> start;

    Planner(Function<Request, int[][]> start) {
      this.start = start;
    }

    @Override
    public Budgets plan(Request request) {
      return Budgets.of(start.apply(request));
    }

    @Override
    public String toString() {
      return "planted";
    }
  }

  private static final class Adaptive extends Planner {
    private final BiFunction<Request, double[][], int[][]> later;

    Adaptive(BiFunction<Request, double[][], int[][]> later) {
      super(request -> all(request, request.states()));
      this.later = later;
    }

    @Override
    public boolean adaptive() {
      return true;
    }

    @Override
    public Budgets replan(Request request, double[][] demands) {
      return Budgets.of(later.apply(request, demands));
    }
  }

  private record Provider(Function<Options, BudgetPlanner> maker) implements BudgetPlannerProvider {
    @Override
    public String name() {
      return "planted";
    }

    @Override
    public BudgetPlanner create(Options options) {
      return maker.apply(options);
    }
  }

  private static int[][] all(Request request, int states) {
    int[][] all = new int[request.layers()][request.kvHeads()];
    for (int[] layer : all) {
      Arrays.fill(layer, states);
    }
    return all;
  }

  /** Each layer by itself keeps all of its budget, or the least where nothing is demanded. */
  private static int[][] byDemand(Request request, double[][] demands) {
    int[][] budgets = new int[demands.length][request.kvHeads()];
    for (int l = 0; l < demands.length; l++) {
      for (int h = 0; h < request.kvHeads(); h++) {
        budgets[l][h] = demands[l][h] > 0.5 ? request.states() : request.least();
      }
    }
    return budgets;
  }

  private static PlannerContract contract(BudgetPlanner planner) {
    return PlannerContract.of(new Provider(_ -> planner));
  }

  @Test
  void rightPlannersKeepTheContract() {
    assertThatCode(contract(BudgetPlanner.UNIFORM).exact()::verify).doesNotThrowAnyException();
    assertThatCode(contract(new Adaptive(PlannerContractTest::byDemand))::verify)
        .doesNotThrowAnyException();
    assertThatCode(contract(new Planner(request -> all(request, request.least())))::verify)
        .doesNotThrowAnyException();
  }

  @Test
  void aPlannerThatSpendsLessIsNotExact() {
    assertThatThrownBy(
            contract(new Planner(request -> all(request, request.least()))).exact()::verify)
        .isInstanceOf(ContractViolation.class)
        .hasMessageContaining("breaks 'all budgets together are k a head': seed ");
  }

  @Test
  void aPlannerOfOneModelIsTriedOnThat() {
    BudgetPlanner planner =
        new Planner(
            request -> {
              if (request.layers() != 7 || request.kvHeads() != 3) {
                throw new InvalidOptionException("file", "it is of another model", "7 layers");
              }
              return all(request, request.states());
            });

    assertThatCode(contract(planner).on(7, 3)::verify).doesNotThrowAnyException();
    assertThatThrownBy(contract(planner).on(7, 4)::verify)
        .hasMessageContaining("the planner refuses all requests");
  }

  @TestFactory
  Stream<DynamicTest> everyPlantedFaultIsCaughtByItsRule() {
    Map<String, BudgetPlanner> wrong = new LinkedHashMap<>();
    wrong.put(
        SHARE,
        new Planner(request -> all(request, request.states())) {
          @Override
          public double guaranteed() {
            return 1.5;
          }
        });
    wrong.put(SHAPE, new Planner(request -> new int[][] {all(request, request.states())[0]}));
    wrong.put(LEAST, new Planner(request -> all(request, Math.max(1, request.least() - 1))));
    wrong.put(SUM, new Planner(request -> all(request, request.states() + 1)));
    wrong.put(SHARED, new Planner(PlannerContractTest::oneHeadHasTheLeast));
    AtomicInteger calls = new AtomicInteger();
    wrong.put(
        SAME,
        new Planner(
            request ->
                all(
                    request,
                    Math.max(request.least(), request.states() - calls.incrementAndGet() % 7))));
    wrong.put(SHRINKS, new Adaptive(PlannerContractTest::growing));
    wrong.put(
        DEMANDS,
        new Adaptive(
            (request, demands) -> Arrays.copyOf(all(request, request.least()), demands.length)));
    return wrong.entrySet().stream()
        .map(
            fault ->
                dynamicTest(
                    fault.getKey(),
                    () -> assertThat(broken(fault.getValue())).contains(fault.getKey())));
  }

  private static int[][] oneHeadHasTheLeast(Request request) {
    int[][] all = all(request, request.states());
    all[0][request.kvHeads() - 1] = request.least();
    return all;
  }

  private static int[][] growing(Request request, double[][] demands) {
    int[][] budgets = byDemand(request, demands);
    Arrays.fill(budgets[0], Math.min(request.states(), request.least() + demands.length - 1));
    return budgets;
  }

  private static List<String> broken(BudgetPlanner planner) {
    List<String> broken = new ArrayList<>();
    contract(planner)
        .rules()
        .forEach(
            rule -> {
              try {
                rule.check();
              } catch (ContractViolation e) {
                assertThat(e).hasMessageContaining("breaks '" + rule.name() + "': ");
                broken.add(rule.name());
              }
            });
    return broken;
  }

  @Test
  void anOptionThatNobodyReadsIsRefused() {
    PlannerContract contract =
        PlannerContract.of(new Provider(_ -> BudgetPlanner.UNIFORM), Map.of("depth", "3"));

    assertThatThrownBy(contract::verify)
        .hasMessageContaining("breaks 'unknown options are refused by name'");
  }
}
