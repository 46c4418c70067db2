package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.msrnn.policies.GoldenTraceTest.decimals;
import static org.msrnn.policies.GoldenTraceTest.numbers;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.Regime;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/** Known traces of the policies that look at attention, over the stream of GoldenTraceTest. */
class AttentionTraceTest {
  private static final double SIX_DIGITS = 6e-7;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          h2o:normalise,recent=2                                    | 2 3 1 5 6 7 | 0 4 8 9
          h2o:decay=.5,recent=2                                     | 1 3 2 5 6 7 | 0 4 8 9
          norm-sum:sinks=0,recent=2                                 | 2 3 1 5 6 7 | 0 4 8 9
          kv-compress:granularity=layer,recent=2                    | 2 3 4 5 6 7 | 0 1 8 9
          kv-compress:granularity=layer,recent=2,square-mean        | 2 3 4 5 6 7 | 0 1 8 9
          keyformer:granularity=layer,recent=2,noise=false,tau-step=0 | 2 3 4 5 6 7 | 0 1 8 9
          keyformer:granularity=layer,recent=0,noise=false,tau-step=0 | 4 5 6 7 8 9 | 0 1 2 3
          roco:granularity=layer,recent=1,feasible=3                | 3 2 5 1 7 8 | 0 4 6 9
          streaming-llm:sinks=1                                     | 1 2 3 4 5 6 | 0 7 8 9
          """)
  void theSyntheticTraceIsReplayed(String spec, String evicted, String kept) {
    for (Regime regime : List.of(Regime.STEPWISE, Regime.chunked(1))) {
      PolicySimulation simulation = simulation(spec, 4);
      simulation.prompt(10, regime);

      assertThat(simulation.evicted(0)).as("%s, %s", spec, regime).isEqualTo(numbers(evicted));
      assertThat(simulation.kept(0)).as("%s, %s", spec, regime).isEqualTo(numbers(kept));
    }
  }

  @Test
  void observedAttentionDividesColumnsByTheQueriesThatCouldSeeThem() {
    PolicySimulation simulation = simulation("observed-attention:granularity=layer", 4);
    simulation.prompt(10, Regime.WHOLE);

    assertThat(simulation.scores(0))
        .containsExactly(
            decimals(
                ".577861 .110392 .079871 .057591 .180621 .059171 .114678 .063209 .060181 .037467"),
            within(SIX_DIGITS));
    assertThat(simulation.kept(0)).containsExactly(0, 1, 4, 6);
  }

  @Test
  void h2oOfAWholePromptTakesColumnSumsBeforeTheRecentWindow() {
    PolicySimulation simulation = simulation("h2o:recent=2", 4);
    simulation.prompt(10, Regime.WHOLE);

    assertThat(simulation.kept(0)).containsExactly(0, 4, 8, 9);
  }

  /** The columns before a window of two queries, cap 5: one example, several kept sets. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kernel=1 | 0 2 4 | .414349 .064681 .101805 .027859 .174152 .026721 .082446 .029072
          kernel=3 | 0 1 3 | .159677 .193612 .064782 .101272 .076244 .094439 .04608 .037173
          kernel=3,reduce-first | 0 1 3 | .159677 .193612 .064782 .101272 .076244 .094439 .04608 .037173
          kernel=3,reduce=max | 0 1 5 | .20981 .256418 .09021 .133637 .118703 .154255 .056152 .049824
          kernel=3,reduce=max,reduce-first | 0 1 3 | .20981 .256418 .09021 .162553 .12743 .159412 .06715 .055665
          kernel=3,pooling=max | 0 1 3 | .414349 .414349 .101805 .227222 .174538 .175176 .083497 .083497
          kernel=3,pooling=max,reduce-first | 0 1 5 | .414349 .414349 .101805 .174152 .174152 .174152 .082446 .082446
          """)
  void snapKvVariantsScoreAsKnown(String options, String kept, String scores) {
    List<PolicySimulation> bothGranularities =
        List.of(
            simulation("snapkv:granularity=layer,window=2," + options, 5),
            new PolicySimulation(
                Policies.create("snapkv:window=2," + options),
                SimulatedLayer.of(1, 2, 5),
                GoldenTraceTest.STREAM));
    for (PolicySimulation simulation : bothGranularities) {
      simulation.prompt(10, Regime.WHOLE);

      assertThat(Arrays.copyOf(simulation.scores(0), 8))
          .containsExactly(decimals(scores), within(SIX_DIGITS));
      assertThat(simulation.kept(0)).isEqualTo(numbers(kept + " 8 9"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",reduce=max", ",reduce-first"})
  void snapKvOfSingleQueryHeadsHasNothingToReduce(String reduction) {
    PolicySimulation simulation = simulation("snapkv:window=2,kernel=3" + reduction, 5);
    simulation.prompt(10, Regime.WHOLE);

    assertThat(simulation.kept(0)).containsExactly(0, 1, 2, 8, 9);
    assertThat(simulation.kept(1)).containsExactly(1, 3, 5, 8, 9);
  }

  /** State 1 always has half of the attention, 2 and later ones none: all as steady as can be. */
  @Test
  void ofEquallySteadyStatesRocoLetsTheOldestLeave() {
    PolicySimulation simulation =
        new PolicySimulation(
            Policies.create("roco:recent=0,feasible=1"),
            SimulatedLayer.of(1, 1, 4),
            (head, query, key) -> key < 2 ? 0 : -200);
    simulation.generate(5);

    assertThat(simulation.evicted(0)).containsExactly(1);
  }

  /** PyTorch's avg_pool1d and max_pool1d with a padding of half the kernel. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          avg | .04 .05 .116667 .113333 .116667 .016667
          max | .1 .1 .3 .3 .3 .04
          """)
  void poolingRunsAlongTheStatesBeforeTheWindow(String pooling, String scores) {
    double[] weights = {.10, .02, .03, .30, .01, .04, .50};
    AttentionSource last = (head, query, key) -> query < 6 ? 0 : Math.log(weights[(int) key]);
    PolicySimulation simulation =
        new PolicySimulation(
            Policies.create("snapkv:window=1,kernel=3,pooling=" + pooling),
            SimulatedLayer.of(1, 1, 6),
            last);
    simulation.generate(7);

    assertThat(Arrays.copyOf(simulation.scores(0), 6))
        .containsExactly(decimals(scores), within(SIX_DIGITS));
  }

  /** 16-bit sums stand still at 2048 or 256, 32-bit sums of 90 lose a millionth. */
  @ParameterizedTest
  @CsvSource({"h2o, 1", "kv-compress, 2", "'keyformer:noise=false,tau-step=0', 1"})
  void sumsDoNotDrift(String spec, int power) {
    int large = 3000;
    int small = 2000;
    float tiny = power == 1 ? 1e-6f : 1e-3f;
    AttentionSource attention =
        (head, query, key) -> {
          double first = query == 0 ? 1 : query < large ? .9f : tiny;
          return Math.log(key == 0 ? first : (1 - first) / query);
        };
    PolicySimulation simulation =
        new PolicySimulation(Policies.create(spec), SimulatedLayer.of(1, 1, 5000), attention);
    simulation.prompt(large + small, Regime.WHOLE);

    double expected = 1 + (large - 1) * Math.pow(.9f, power) + small * Math.pow(tiny, power);
    assertThat(simulation.column(0, 0)[0]).isCloseTo(expected, within(expected * 2e-7));
    simulation.generate(1);
    assertThat(simulation.kept(0)).hasSize(5000);
  }

  private static PolicySimulation simulation(String spec, int states) {
    return new PolicySimulation(
        Policies.create(spec), SimulatedLayer.of(2, 1, states), GoldenTraceTest.STREAM);
  }
}
