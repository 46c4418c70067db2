package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;
import org.msrnn.api.testkit.VectorSource;

/** Policies over keys, values and queries against numbers worked out by hand or elsewhere. */
class VectorPoliciesTest {
  private static final double SIX_DIGITS = 6e-7;
  private static final AttentionSource UNIFORM = (head, query, key) -> 0;
  private static final float[][] KEYS = {{3, 0}, {0, 1}, {1, 1}, {2, .1f}, {-1, 0}};
  private static final float[][] VALUES = {{1, 0}, {0, 2}, {1, 1}, {.5f, .5f}, {3, 0}};

  /** The vectors of one head; the second head has the first one's keys and values exchanged. */
  private static VectorSource given(float[][] keys, float[][] values) {
    return (kind, head, position, index) ->
        switch (kind) {
          case KEY -> (head == 0 ? keys : values)[(int) position][index];
          case VALUE -> (head == 0 ? values : keys)[(int) position][index];
          case QUERY -> 0;
        };
  }

  private static SimulatedLayer layer(int kvHeads, int headSize, int budget) {
    return new SimulatedLayer(0, kvHeads, 1, headSize, budget, 0);
  }

  private static PolicySimulation scored(String spec, int kvHeads) {
    PolicySimulation simulation =
        new PolicySimulation(
            Policies.create(spec), layer(kvHeads, 2, 4), UNIFORM, given(KEYS, VALUES));
    simulation.generate(5);
    return simulation;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          knorm                | -3 -1 -1.414214 -2.002498 -1                | 0
          keydiff              | -.696579 -.71748 -.999891 -.731539 .696579  | 2
          cur:window=0,sinks=0 | .321371 .142832 .142832 .071594 .321371     | 3
          """)
  void theScoresOfTheReferenceAreFound(String spec, String scores, long evicted) {
    double[] expected = Arrays.stream(scores.split(" ")).mapToDouble(Double::parseDouble).toArray();
    PolicySimulation simulation = scored(spec, 1);

    assertThat(simulation.scores(0)).containsExactly(expected, within(SIX_DIGITS));
    assertThat(simulation.evicted(0)).containsExactly(evicted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"knorm", "keydiff"})
  void aSharedSetHasTheMeanOfItsHeadsScores(String spec) {
    PolicySimulation heads = scored(spec, 2);
    PolicySimulation layer = scored(spec + ":granularity=layer", 2);

    double[] first = heads.scores(0);
    double[] second = heads.scores(1);
    double[] shared = layer.scores(0);
    for (int e = 0; e < 5; e++) {
      assertThat(shared[e]).isCloseTo((first[e] + second[e]) / 2, within(1e-12));
    }
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void curDividesInsideWindowsOfNeighbours() {
    // |k|^2 is 9 1 2 4.01 1 and |v|^2 is 1 4 2 .5 9; windows {0, 1}, {2, 3}, {4}
    double[] products = {
      9 / 10.0 * 1 / 5, 1 / 10.0 * 4 / 5, 2 / 6.01 * 2 / 2.5, 4.01 / 6.01 * .5 / 2.5, 1
    };
    double sum = Arrays.stream(products).sum();
    double[] expected = Arrays.stream(products).map(p -> p / sum).toArray();

    assertThat(scored("cur:window=2,sinks=0", 1).scores(0))
        .containsExactly(expected, within(SIX_DIGITS));
    assertThat(scored("cur:window=2,sinks=2", 1).evicted(0)).containsExactly(3);
  }

  @Test
  void keyLengthsAreOfTheKeysThatAreThere() {
    // the longest of those held leaves, so the shortest four of all tokens remain
    float[] lengths = {5, 3, 9, 1, 7, 2, 8, 6, 4, 10};
    VectorSource vectors =
        (kind, head, position, index) -> index == 0 ? lengths[(int) position] : 0;
    PolicySimulation simulation =
        new PolicySimulation(Policies.create("knorm"), layer(1, 2, 4), UNIFORM, vectors);
    simulation.generate(10);

    assertThat(simulation.kept(0)).containsExactly(1, 3, 5, 8);
    assertThat(simulation.column(0, 0)).containsExactly(3, 1, 2, 4);
  }

  @Test
  void keysThatAreZeroHaveNoDirectionAndBreakNothing() {
    float[][] zeros = new float[5][2];
    for (String spec :
        new String[] {"knorm", "keydiff", "cur:sinks=1", "lagkv:lag=2,sinks=0", "r-kv:window=1"}) {
      PolicySimulation simulation =
          new PolicySimulation(Policies.create(spec), layer(1, 2, 4), UNIFORM, given(zeros, zeros));
      simulation.prompt(5, Regime.WHOLE);
      assertThat(simulation.evicted(0)).as(spec).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.MAX_VALUE, Float.MIN_VALUE, 1e-30f, 0})
  void scoresAreFiniteWhateverTheVectors(float size) {
    // large, small and no numbers side by side, of both signs
    VectorSource extreme =
        (kind, head, position, index) ->
            (position + index) % 3 == 0 ? 0 : (position * index) % 2 == 0 ? size : -size;
    for (String spec :
        new String[] {
          "knorm",
          "keydiff",
          "cur",
          "cur:window=0",
          "lagkv:lag=3",
          "lagkv:lag=3,cross-scoring",
          "expected-attention",
          "expected-attention:epsilon=1,sinks=0",
          "r-kv"
        }) {
      PolicySimulation simulation =
          new PolicySimulation(Policies.create(spec), layer(1, 4, 16), UNIFORM, extreme);
      simulation.prompt(40, Regime.chunked(7)); // fails at a score that is not finite
      assertThat(simulation.evicted(0)).as(spec).hasSize(24);
    }
  }

  @Test
  void lagKvJudgesABlockByTheNextOne() {
    // Lag 2, keys of two channels. The reference block {2, 3} has ranges [0, 2] and [0, 4].
    // Scaled keys: 0 -> (.5, .5), deviation 0; 1 -> (0, 1), deviation 1 / sqrt 2. Values equal.
    float[][] keys = {{1, 2}, {0, 4}, {0, 0}, {2, 4}, {7, 7}};
    float[][] values = {{1, 1}, {1, 1}, {1, 2}, {3, 4}, {7, 7}};
    double weight = 1 / (1 + Math.exp(-1 / Math.sqrt(2)));
    // Values scaled by [1, 3] and [2, 4]: (0, -.5) for both.
    double[] cross = {(1 - weight + .5) / 2, (weight + .5) / 2, 1, 1, 1};

    assertThat(lag("lagkv:lag=2,sinks=0,cross-scoring", keys, values).scores(0))
        .containsExactly(cross, within(1e-12));
    PolicySimulation ranks = lag("lagkv:lag=2,sinks=0", keys, values);
    assertThat(ranks.scores(0)).containsExactly(0, .5, 1, 1, 1);
    assertThat(ranks.evicted(0)).containsExactly(0);
  }

  private static PolicySimulation lag(String spec, float[][] keys, float[][] values) {
    PolicySimulation simulation =
        new PolicySimulation(Policies.create(spec), layer(1, 2, 4), UNIFORM, given(keys, values));
    simulation.generate(5);
    return simulation;
  }

  @Test
  void lagKvWithoutABlockToJudgeIsAWindowWithSinks() {
    SimulatedLayer layer = new SimulatedLayer(0, 2, 1, 6, 20, 3);
    PolicySimulation lag = new PolicySimulation(Policies.create("lagkv:lag=9"), layer, UNIFORM);
    PolicySimulation window =
        new PolicySimulation(Policies.create("window:sinks=4"), layer, UNIFORM);
    for (PolicySimulation simulation : new PolicySimulation[] {lag, window}) {
      simulation.prompt(33, Regime.chunked(1));
      simulation.generate(20);
    }

    assertThat(lag.kept(1)).isEqualTo(window.kept(0));
    assertThat(lag.evicted(1)).isEqualTo(window.evicted(0));
  }

  @Test
  void lagKvCollectsWinnersInItsOldestBlock() {
    SimulatedLayer layer = new SimulatedLayer(0, 1, 1, 6, 64, 3);
    PolicySimulation simulation = new PolicySimulation(Policies.create("lagkv"), layer, UNIFORM);
    simulation.generate(300);
    long[] kept = simulation.kept(0);

    // 4 sinks, blocks of a quarter of k: all but the oldest block are the newest states
    assertThat(kept).startsWith(0, 1, 2, 3).hasSize(64);
    for (int e = 20; e < 64; e++) {
      assertThat(kept[e]).isEqualTo(300 - 64 + e);
    }
    assertThat(kept[4]).isLessThan(300 - 64);
  }

  @Test
  void rkvKeepsTheNewestOfKeysAlike() {
    // Keys 0, 2 and 3 point one way, 1 another; the newest is pinned. Attention is even.
    float[][] keys = {{1, 0}, {0, 1}, {2, 0}, {4, 0}, {0, -1}};
    PolicySimulation simulation =
        new PolicySimulation(
            Policies.create("r-kv:window=1,lambda=0"), layer(1, 2, 4), UNIFORM, given(keys, keys));
    simulation.prompt(5, Regime.WHOLE);
    // Sums over i: key 0 is held against by 2 and 3, who excuse 3 and 2; key 2 by 0 alone, whose
    // newest is 3, so: 0: 1 + 1, 1: -1, 2: 1 (of 0) + 0 (of 3), 3: 0 + 0, 4: -1; over 5
    double[] sums = {2, -1, 1, 0, -1};
    double total = Arrays.stream(sums).map(s -> Math.exp(s / 5)).sum();
    double[] expected = Arrays.stream(sums).map(s -> -Math.exp(s / 5) / total).toArray();

    assertThat(simulation.scores(0)).containsExactly(expected, within(1e-7));
    assertThat(simulation.evicted(0)).containsExactly(0);
  }

  @Test
  void rkvAsksOnceIn128Steps() {
    assertThat(Policies.create("r-kv").trigger()).isEqualTo(Trigger.every(128));
    PolicySimulation simulation =
        new PolicySimulation(Policies.create("r-kv"), layer(1, 3, 12), UNIFORM);
    simulation.generate(127);
    assertThat(simulation.kept(0)).hasSize(127);
    simulation.generate(1);
    assertThat(simulation.kept(0)).hasSize(12).endsWith(120, 121, 122, 123, 124, 125, 126, 127);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "knorm:granularity=head",
        "knorm:sinks=1",
        "keydiff:window=2",
        "cur:window=-1",
        "cur:sinks=x",
        "lagkv:lag=-1",
        "lagkv:cross-scoring=maybe",
        "expected-attention:future=0",
        "expected-attention:epsilon=-0.1",
        "expected-attention:epsilon=NaN",
        "expected-attention:epsilon=1.1",
        "expected-attention:covariance=no",
        "r-kv:lambda=1.5",
        "r-kv:window=65",
        "r-kv:window=0",
        "r-kv:kernel=4",
        "r-kv:threshold=-1",
        "r-kv:granularity=layer",
      })
  void badOptionsAreRefusedByName(String spec) {
    assertThatThrownBy(() -> Policies.create(spec))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(spec.split("[:=]", 3)[1])
        .hasMessageContaining(Policies.provider(spec).name());
  }
}
