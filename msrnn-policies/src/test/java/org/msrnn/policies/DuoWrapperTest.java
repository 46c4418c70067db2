package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/** Retrieval and streaming heads, as the file of the tests says. */
class DuoWrapperTest {
  private static final String TOVA = "tova:granularity=kv-head";
  private static final String DUO = TOVA + "+duo:src/test/resources/gates.tsv";
  private static final AttentionSource WAVES =
      (head, query, key) -> Math.sin(1.7 * query + 0.9 * key * (head + 1)) * 2;

  @TempDir Path folder;

  private static PolicySimulation first(String spec, int budget) {
    PolicySimulation simulation =
        new PolicySimulation(Policies.create(spec), SimulatedLayer.of(3, 2, budget), WAVES);
    simulation.generate(90);
    return simulation;
  }

  @ParameterizedTest
  @CsvSource({"8, 2, 3, 2", "5, 2, 3, 2", "4, 2, 3, 1", "2, 2, 3, 0", "2, 2, 2, 1", "9, 0, 4, 0"})
  void streamingHeadsKeepSinksAndRecentStates(int budget, int sinks, int recent, int first) {
    PolicySimulation simulation = first(DUO + ",sinks=" + sinks + ",recent=" + recent, budget);

    long[] expected =
        LongStream.concat(LongStream.range(0, first), LongStream.range(90 - budget + first, 90))
            .toArray();
    assertThat(simulation.kept(1)).isEqualTo(expected);
    assertThat(simulation.kept(2)).isEqualTo(expected);
  }

  @Test
  void retrievalHeadsKeepWhatThePolicyKeeps() {
    PolicySimulation simulation = first(DUO, 11);
    PolicySimulation tova = first(TOVA, 11);

    assertThat(simulation.evicted(0)).hasSize(79).isEqualTo(tova.evicted(0));
    assertThat(simulation.kept(1)).isNotEqualTo(tova.kept(1));
    // with a lower threshold the third head retrieves as well
    assertThat(first(DUO + ",threshold=0.25", 11).evicted(2)).isEqualTo(tova.evicted(2));
  }

  private static int[][] plan(String spec, Request request) {
    BudgetPlanner planner = Policies.create(spec).budgets();
    Budgets budgets = planner.plan(request);
    int[][] states = new int[request.layers()][request.kvHeads()];
    for (int l = 0; l < states.length; l++) {
      for (int h = 0; h < request.kvHeads(); h++) {
        states[l][h] = budgets.states(l, h);
      }
    }
    return states;
  }

  @Test
  void retrievalHeadsShareWhatStreamingHeadsLeave() {
    Request ten = new Request(4, 3, 10, 1, Granularity.KV_HEAD);

    // 120 states: 7 heads of 4 leave 92 for 5
    assertThat(plan(DUO + ",sinks=1,recent=3", ten))
        .isDeepEqualTo(new int[][] {{19, 4, 4}, {19, 4, 4}, {4, 4, 18}, {18, 4, 18}});
    assertThat(plan(DUO, ten))
        .as("streaming heads have at most k")
        .isDeepEqualTo(new int[][] {{10, 10, 10}, {10, 10, 10}, {10, 10, 10}, {10, 10, 10}});
    assertThat(plan(DUO + ",sinks=1,recent=3", new Request(4, 3, 10, 6, Granularity.KV_HEAD)))
        .as("no head has fewer than the policy can work with")
        .isDeepEqualTo(new int[][] {{16, 6, 6}, {16, 6, 6}, {6, 6, 16}, {15, 6, 15}});
    assertThat(plan(DUO + ",sinks=1,recent=3,threshold=2", ten))
        .as("without retrieval heads states stay unused")
        .isDeepEqualTo(new int[][] {{4, 4, 4}, {4, 4, 4}, {4, 4, 4}, {4, 4, 4}});
    assertThat(plan(DUO + ",sinks=1,recent=3,threshold=-1", ten))
        .isDeepEqualTo(new int[][] {{10, 10, 10}, {10, 10, 10}, {10, 10, 10}, {10, 10, 10}});
  }

  @Test
  void budgetsSumExactly() {
    for (int states = 4; states < 200; states += 7) {
      Request request = new Request(4, 3, states, 1, Granularity.KV_HEAD);
      int[][] plan = plan(DUO + ",sinks=1,recent=3", request);

      assertThat(Arrays.stream(plan).flatMapToInt(Arrays::stream).sum()).isEqualTo(12 * states);
    }
  }

  @Test
  void aFileForAnotherModelIsRefused() {
    assertThatThrownBy(() -> plan(DUO, new Request(4, 2, 10, 1, Granularity.KV_HEAD)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage(
            "duo is a file for 4 layers of 3 KV heads, allowed is 4 layers of 2, as the model has");
    EvictionPolicy duo = Policies.create(DUO);
    PolicySimulation wide = new PolicySimulation(duo, SimulatedLayer.of(4, 1, 3), WAVES);
    assertThatThrownBy(() -> wide.generate(5))
        .rootCause()
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("for 4 layers of 3 KV heads, but there is head 3 of layer 0");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"\", which is empty",
        "\"\n \n\", which is empty",
        "\"1\t0\n1\", '1 numbers in line 2 of'",
        "\"1 0\n1 x\", \"'x' in line 2 of\"",
        "\"1 0\n1 NaN\", \"'NaN' in line 2 of\"",
        "\"1 0\n1 1e999\", \"'1e999' in line 2 of\"",
      })
  void badFilesAreRefused(String text, String found) throws IOException {
    Path file = Files.writeString(folder.resolve("gates.tsv"), text);

    assertThatThrownBy(() -> Policies.create(TOVA + "+duo:" + file))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageStartingWith("duo of policy wrapper duo is ")
        .hasMessageContaining(found.replace("'1 n", "1 n").replace("of'", "of"))
        .hasMessageContaining("gates.tsv");
  }

  @Test
  void whatIsNoFileIsRefused() throws IOException {
    Path large = folder.resolve("large.tsv");
    Files.write(large, new byte[(1 << 22) + 1]);
    for (String name : new String[] {folder + "/none.tsv", folder.toString(), large.toString()}) {
      assertThatThrownBy(() -> Policies.create(TOVA + "+duo:" + name))
          .isInstanceOf(InvalidOptionException.class)
          .hasMessageStartingWith("duo of policy wrapper duo is '" + name + "', ");
    }
    assertThatThrownBy(() -> Policies.create("tova+duo:src/test/resources/gates.tsv"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("around a policy of granularity kv-head");
  }

  @Test
  void itsTextTellsTheHeadsAndNotTheFile() throws IOException {
    Path copy = Files.copy(Path.of("src/test/resources/gates.tsv"), folder.resolve("copy.tsv"));
    String text = Policies.create(DUO).toString();

    assertThat(Policies.create(TOVA + "+duo:" + copy)).hasToString(text);
    assertThat(text).contains("{0, 3, 8, 9, 11}");
  }
}
