package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.Regime;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/**
 * Known traces: figure 2 of arXiv 2401.06104, and a synthetic stream of ten queries over two heads
 * whose logits are small fractions, computed independently in float64.
 */
class GoldenTraceTest {
  private static final int HEADS = 2;
  private static final int TOKENS = 10;
  private static final int STATES = 4;
  private static final double SIX_DIGITS = 6e-7;

  static final AttentionSource STREAM =
      (head, t, j) -> (7 * t + 3 * j + 5L * head * j + t * j) % 11 / 2.0 + (j == 0 ? 2 : 0);

  /** Head means of figure 2 by query from 4, and by key. */
  private static final double[][] FIGURE_2 = {
    {.20, .10, .10, .20, .40},
    {.20, .05, .10, .10, .20, .35},
    {.15, 0, .15, .10, .05, .25, .30},
    {.15, 0, .15, .10, 0, .15, .20, .25},
    {.20, 0, .15, 0, 0, .15, .10, .15, .25},
  };

  private static final AttentionSource FIGURE =
      (head, t, j) -> t < 4 ? 0 : Math.log(FIGURE_2[(int) t - 4][(int) j]);

  @Test
  void tovaReplaysFigure2OfThePaper() {
    PolicySimulation simulation =
        new PolicySimulation(Policies.create("tova"), SimulatedLayer.of(1, 1, 5), FIGURE);

    simulation.generate(5);
    assertThat(simulation.kept(0)).containsExactly(0, 1, 2, 3, 4);
    simulation.generate(1);
    assertThat(simulation.kept(0)).containsExactly(0, 2, 3, 4, 5);
    simulation.generate(1);
    assertThat(simulation.kept(0)).containsExactly(0, 2, 3, 5, 6);
    simulation.generate(1);
    assertThat(simulation.kept(0)).containsExactly(0, 2, 5, 6, 7);
    simulation.generate(1);
    assertThat(simulation.kept(0)).containsExactly(0, 2, 5, 7, 8);
    assertThat(simulation.evicted(0)).containsExactly(1, 4, 3, 6);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tova                                  | 0 | 1 0 2 5 7 3 | 4 6 8 9
          tova:keep-newest                      | 0 | 1 0 2 5 7 3 | 4 6 8 9
          tova:sinks=1                          | 0 | 1 3 2 5 7 6 | 0 4 8 9
          tova:granularity=kv-head              | 0 | 4 3 2 5 1 6 | 0 7 8 9
          tova:granularity=kv-head              | 1 | 1 5 2 7 0 6 | 3 4 8 9
          tova:granularity=kv-head,keep-newest  | 0 | 1 4 3 5 2 6 | 0 7 8 9
          tova:granularity=kv-head,keep-newest  | 1 | 1 0 5 2 7 6 | 3 4 8 9
          window                                | 0 | 0 1 2 3 4 5 | 6 7 8 9
          window:sinks=1                        | 0 | 1 2 3 4 5 6 | 0 7 8 9
          h2o                                   | 0 | 2 3 4 5 6 7 | 0 1 8 9
          h2o:recent=2                          | 0 | 2 3 4 5 6 7 | 0 1 8 9
          h2o:recent=1                          | 0 | 3 2 5 6 7 8 | 0 1 4 9
          h2o:recent=0                          | 0 | 4 5 6 7 8 9 | 0 1 2 3
          h2o:granularity=kv-head               | 0 | 2 3 4 5 6 7 | 0 1 8 9
          h2o:granularity=kv-head               | 1 | 2 1 3 5 6 7 | 0 4 8 9
          full                                  | 0 | ''          | 0 1 2 3 4 5 6 7 8 9
          """)
  void theSyntheticTraceIsReplayed(String spec, int head, String evicted, String kept) {
    for (Regime regime : List.of(Regime.STEPWISE, Regime.chunked(1))) {
      PolicySimulation simulation = simulation(spec);
      simulation.prompt(TOKENS, regime);

      assertThat(simulation.evicted(head)).as("%s, %s", spec, regime).isEqualTo(numbers(evicted));
      assertThat(simulation.kept(head)).as("%s, %s", spec, regime).isEqualTo(numbers(kept));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          5  | 0 1 2 3 4 | .447399 .040221 .234044 .118732 .159603
          6  | 0 2 3 4 5 | .106979 .149768 .135767 .308507 .298978
          7  | 2 3 4 5 6 | .045648 .091362 .367806 .341953 .15323
          8  | 3 4 5 6 7 | .054068 .361701 .012871 .38433 .187029
          9  | 3 4 6 7 8 | .119669 .339614 .245333 .107236 .188149
          10 | 3 4 6 8 9 | .031977 .408291 .059487 .15891 .341336
          """)
  void tovaScoresAreTheKnownHeadMeans(int tokens, String positions, String scores) {
    PolicySimulation simulation = simulation("tova");
    simulation.generate(tokens);

    assertThat(simulation.scored(0)).isEqualTo(numbers(positions));
    assertThat(simulation.scores(0)).containsExactly(decimals(scores), within(SIX_DIGITS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          5  | 0 1 2 3 4 | 3.887389 .457623 .319636 .175748 .159603
          10 | 0 1 7 8 9 | 6.248891 1.1756 .220798 .207629 .054619
          """)
  void h2oScoresAreTheKnownSums(int tokens, String positions, String scores) {
    PolicySimulation simulation = simulation("h2o");
    simulation.generate(tokens);

    assertThat(simulation.scored(0)).isEqualTo(numbers(positions));
    assertThat(simulation.scores(0)).containsExactly(decimals(scores), within(4 * SIX_DIGITS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tova | stepwise   | 4 6 8 9
          tova | chunked:1  | 4 6 8 9
          tova | chunked:2  | 1 4 7 9
          tova | chunked:4  | 0 4 7 9
          tova | chunked:5  | 0 2 4 9
          tova | chunked:10 | 0 1 2 4
          tova | whole      | 0 1 2 4
          h2o  | chunked:4  | 0 1 8 9
          h2o  | chunked:5  | 0 4 8 9
          h2o  | whole      | 0 4 8 9
          """)
  void eachPrefillRegimeKeepsItsOwnStates(String spec, String regime, String kept) {
    PolicySimulation simulation = simulation(spec);
    simulation.prompt(TOKENS, Regime.parse(regime));

    assertThat(simulation.kept(0)).isEqualTo(numbers(kept));
  }

  @Test
  void theWholePromptIsScoredByItsLastRow() {
    PolicySimulation simulation = simulation("tova");
    simulation.prompt(TOKENS, Regime.WHOLE);

    assertThat(simulation.scores(0))
        .containsExactly(
            decimals(
                ".571238 .068206 .169693 .005842 .104005 .010405 .003934 .019258 .009953 .037467"),
            within(SIX_DIGITS));
  }

  @Test
  void h2oSumsTheColumnsOfAWholePrompt() {
    PolicySimulation simulation = simulation("h2o");
    simulation.prompt(TOKENS, Regime.WHOLE);

    assertThat(simulation.scores(0))
        .containsExactly(
            decimals(
                "5.778612 .993529 .63897 .403138 1.083725 .295856 .458712 .189628 .120363 .037467"),
            within(10 * SIX_DIGITS));
  }

  private static PolicySimulation simulation(String spec) {
    return new PolicySimulation(Policies.create(spec), SimulatedLayer.of(HEADS, 1, STATES), STREAM);
  }

  static long[] numbers(String text) {
    return text.isEmpty()
        ? new long[0]
        : List.of(text.split(" ")).stream().mapToLong(Long::parseLong).toArray();
  }

  static double[] decimals(String text) {
    return List.of(text.split(" ")).stream().mapToDouble(Double::parseDouble).toArray();
  }
}
