package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.Regime;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;
import org.msrnn.api.testkit.VectorSource;
import org.msrnn.api.testkit.VectorSource.Kind;

/**
 * Scores of lagkv and r-kv over random vectors against a second computation that writes down the
 * matrices of the definition: blocks, and n x n cosines.
 */
class VectorOracleTest {
  private static final AttentionSource WAVES =
      (head, query, key) -> Math.sin(1.7 * query + 0.9 * key * (head + 1)) * 2;

  private static void assertScores(PolicySimulation found, int head, double[] expected, Object as) {
    assertThat(found.scores(head))
        .as("%s, head %d", as, head)
        .containsExactly(expected, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void lagKvIsTheFormulaOverBlocks(long seed) {
    int d = 5 + (int) seed;
    int lag = 3 + (int) seed;
    VectorSource source = TestVectors.normal(seed, 1);
    SimulatedLayer layer = new SimulatedLayer(0, 2, 1, d, 40, seed);
    String spec = "lagkv:sinks=2,lag=" + lag;
    for (String option : new String[] {"", ",cross-scoring"}) {
      PolicySimulation simulation =
          new PolicySimulation(Policies.create(spec + option), layer, WAVES, source);
      simulation.generate(77);
      for (int head = 0; head < 2; head++) {
        long[] held = simulation.scored(head);
        double[] keys = blockWeights(TestVectors.vectors(source, Kind.KEY, head, held, d), 2, lag);
        double[] values =
            blockWeights(TestVectors.vectors(source, Kind.VALUE, head, held, d), 2, lag);
        double[] expected = new double[held.length];
        Arrays.fill(expected, 1);
        for (int e = 2; keys[e] > 0; e++) {
          int from = e - (e - 2) % lag;
          double own = (keys[e] + values[e]) / 2;
          long lower =
              IntStream.range(from, from + lag)
                  .filter(o -> (keys[o] + values[o]) / 2 < own)
                  .count();
          expected[e] = option.isEmpty() ? (double) lower / lag : own;
        }
        assertScores(simulation, head, expected, "seed " + seed + option);
      }
    }
  }

  /** The softmax within each block that has a next one, of the deviation over scaled channels. */
  private static double[] blockWeights(double[][] x, int sinks, int lag) {
    double[] weights = new double[x.length];
    for (int from = sinks; from + 2 * lag <= x.length; from += lag) {
      double[] deviations = new double[lag];
      double[][] next = Arrays.copyOfRange(x, from + lag, from + 2 * lag);
      for (int j = 0; j < lag; j++) {
        double[] own = x[from + j];
        double[] scaled = new double[own.length];
        for (int c = 0; c < own.length; c++) {
          int channel = c;
          double[] column = Arrays.stream(next).mapToDouble(v -> v[channel]).sorted().toArray();
          scaled[c] = (own[c] - column[0]) / (column[lag - 1] - column[0]);
        }
        double mean = Arrays.stream(scaled).average().orElseThrow();
        double squares = Arrays.stream(scaled).map(s -> (s - mean) * (s - mean)).sum();
        deviations[j] = Math.sqrt(squares / (scaled.length - 1));
      }
      System.arraycopy(TestVectors.softmax(deviations), 0, weights, from, lag);
    }
    return weights;
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void rkvIsTheFormulaOverTheMatrixOfCosines(long seed) {
    int d = 3 + (int) (seed % 3);
    int group = 1 + (int) (seed % 3);
    VectorSource source = TestVectors.normal(seed, 1);
    SimulatedLayer layer = new SimulatedLayer(0, 2, group, d, 30, seed);
    PolicySimulation simulation =
        new PolicySimulation(
            Policies.create("r-kv:lambda=0.3,window=5,kernel=3"), layer, WAVES, source);
    simulation.prompt(41, seed % 2 == 0 ? Regime.WHOLE : Regime.STEPWISE);
    simulation.generate(90);
    for (int head = 0; head < 2; head++) {
      long[] held = simulation.scored(head);
      double[] importance = importance(held, head, group, 5, 3);
      double[] redundancy = redundancy(TestVectors.vectors(source, Kind.KEY, head, held, d), .5);
      double[] expected = new double[held.length];
      for (int e = 0; e < held.length; e++) {
        expected[e] = .3 * importance[e] - .7 * redundancy[e];
      }
      int before = held.length - 5; // the others are pinned
      assertThat(Arrays.copyOf(simulation.scores(head), before))
          .as("seed %d, head %d", seed, head)
          .containsExactly(Arrays.copyOf(expected, before), within(1e-7));
    }
    assertThat(simulation.kept(0)).isNotEqualTo(simulation.kept(1));
  }

  private static double[] importance(long[] held, int head, int group, int window, int kernel) {
    int before = held.length - window;
    double[] mean = new double[before];
    for (int q = before; q < held.length; q++) {
      double[] most = new double[before];
      for (int e = 0; e < before; e++) {
        double logit = Double.NEGATIVE_INFINITY;
        for (int g = 0; g < group; g++) {
          logit = Math.max(logit, WAVES.logit(head * group + g, held[q], held[e]));
        }
        most[e] = logit;
      }
      double[] weights = TestVectors.softmax(most);
      for (int e = 0; e < before; e++) {
        mean[e] += weights[e] / window;
      }
    }
    double[] pooled = new double[held.length];
    for (int e = 0; e < before; e++) {
      int from = Math.max(0, e - kernel / 2);
      int to = Math.min(before, e + kernel / 2 + 1);
      pooled[e] = Arrays.stream(mean, from, to).max().orElseThrow();
    }
    return pooled;
  }

  private static double[] redundancy(double[][] keys, double threshold) {
    int n = keys.length;
    double[][] cosines = new double[n][n];
    for (int i = 0; i < n; i++) {
      int newest = -1;
      for (int j = 0; j < n; j++) {
        double lengths =
            Math.sqrt(TestVectors.dot(keys[i], keys[i]) * TestVectors.dot(keys[j], keys[j]));
        cosines[i][j] = i == j ? 0 : TestVectors.dot(keys[i], keys[j]) / lengths;
        newest = cosines[i][j] > threshold ? j : newest;
      }
      if (newest >= 0) {
        cosines[i][newest] = 0;
      }
    }
    double[] means = new double[n];
    for (int j = 0; j < n; j++) {
      for (double[] row : cosines) {
        means[j] += row[j] / n;
      }
    }
    return TestVectors.softmax(means);
  }
}
