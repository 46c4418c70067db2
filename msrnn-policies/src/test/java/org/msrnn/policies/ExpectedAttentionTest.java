package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;
import org.msrnn.api.testkit.VectorSource;
import org.msrnn.api.testkit.VectorSource.Kind;

/**
 * Expected attention against a second computation with explicit rotation matrices and covariances,
 * and against what random queries really pay.
 */
class ExpectedAttentionTest {
  private static final AttentionSource UNIFORM = (head, query, key) -> 0;

  private static void assertScores(PolicySimulation found, int head, double[] expected, Object as) {
    assertThat(found.scores(head))
        .as("%s, head %d", as, head)
        .containsExactly(expected, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void expectedAttentionIsTheFormulaOverAllRotations(long seed) {
    int d = 4 + (int) (seed % 3); // an odd size has a number that is not rotated
    VectorSource source = TestVectors.normal(seed, .8);
    SimulatedLayer layer = new SimulatedLayer(0, 2, 2, d, 20, seed);
    for (boolean covariance : new boolean[] {true, false}) {
      String spec = "expected-attention:epsilon=0.01,covariance=" + covariance;
      PolicySimulation simulation =
          new PolicySimulation(Policies.create(spec), layer, UNIFORM, source);
      simulation.generate(64);
      double[][] rotation = averageRotation(d, 64, 512);
      for (int head = 0; head < 2; head++) {
        long[] held = simulation.scored(head);
        double[][] keys = TestVectors.vectors(source, Kind.KEY, head, held, d);
        double[] expected = new double[held.length];
        for (int g = 0; g < 2; g++) {
          long[] seen = LongStream.range(4, 64).toArray();
          double[][] queries = TestVectors.vectors(source, Kind.QUERY, 2 * head + g, seen, d);
          double[] weights =
              TestVectors.softmax(expectedLogits(queries, keys, rotation, covariance));
          for (int e = 4; e < held.length; e++) {
            expected[e] += weights[e - 4] / 2;
          }
        }
        double[][] values = TestVectors.vectors(source, Kind.VALUE, head, held, d);
        for (int e = 4; e < held.length; e++) {
          expected[e] = (expected[e] + .01) * Math.sqrt(TestVectors.dot(values[e], values[e]));
        }
        assertScores(simulation, head, expected, "seed " + seed + ", " + spec);
      }
    }
  }

  /** The mean of the rotation matrices at positions {@code from} and {@code count - 1} more. */
  private static double[][] averageRotation(int d, long from, int count) {
    double[][] mean = new double[d][d];
    for (long p = from; p < from + count; p++) {
      for (int i = 0; i < d / 2; i++) {
        double angle = p * Math.pow(10_000, -2.0 * i / (d / 2 * 2));
        mean[i][i] += Math.cos(angle) / count;
        mean[i][d / 2 + i] -= Math.sin(angle) / count;
        mean[d / 2 + i][i] += Math.sin(angle) / count;
        mean[d / 2 + i][d / 2 + i] += Math.cos(angle) / count;
      }
      for (int i = d / 2 * 2; i < d; i++) {
        mean[i][i] += 1.0 / count;
      }
    }
    return mean;
  }

  /** Logits of all keys but the four sinks'. */
  private static double[] expectedLogits(
      double[][] queries, double[][] keys, double[][] rotation, boolean covariance) {
    int d = rotation.length;
    double[] mean = new double[d];
    for (double[] query : queries) {
      for (int i = 0; i < d; i++) {
        mean[i] += query[i] / queries.length;
      }
    }
    double[][] products = new double[d][d];
    for (double[] query : queries) {
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          products[i][j] += (query[i] - mean[i]) * (query[j] - mean[j]) / queries.length;
        }
      }
    }
    double[] turned = times(rotation, mean);
    double[] logits = new double[keys.length - 4];
    for (int e = 4; e < keys.length; e++) {
      double[] key = keys[e];
      logits[e - 4] = TestVectors.dot(key, turned) / Math.sqrt(d);
      if (covariance) {
        double[] back = times(transposed(rotation), key);
        logits[e - 4] += TestVectors.dot(back, times(products, back)) / (2 * d);
      }
    }
    return logits;
  }

  private static double[] times(double[][] matrix, double[] x) {
    return Arrays.stream(matrix).mapToDouble(row -> TestVectors.dot(row, x)).toArray();
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] turned = new double[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        turned[j][i] = matrix[i][j];
      }
    }
    return turned;
  }

  @Test
  void expectedAttentionIsWhatNormalQueriesPayOnAverageAtTheNextPosition() {
    int d = 4;
    int tokens = 3000;
    long seed = 77;
    VectorSource source = TestVectors.normal(seed, .6);
    PolicySimulation simulation =
        new PolicySimulation(
            Policies.create("expected-attention:sinks=0,future=1"),
            new SimulatedLayer(0, 1, 1, d, 12, seed),
            UNIFORM,
            source);
    simulation.generate(tokens);
    long[] held = simulation.scored(0);
    double[][] keys = TestVectors.vectors(source, Kind.KEY, 0, held, d);
    double[][] values = TestVectors.vectors(source, Kind.VALUE, 0, held, d);
    double[][] next = averageRotation(d, tokens, 1);
    double[] paid = new double[held.length];
    List<double[]> queries = new ArrayList<>();
    for (long p = 0; p < 40_000; p++) { // the first are those that the policy saw
      queries.add(times(next, TestVectors.vector(source, Kind.QUERY, 0, p, d)));
    }
    for (int e = 0; e < held.length; e++) {
      double[] key = keys[e];
      paid[e] =
          queries.stream()
              .mapToDouble(q -> Math.exp(TestVectors.dot(q, key) / Math.sqrt(d)))
              .average()
              .orElseThrow();
    }
    double sum = Arrays.stream(paid).sum();
    double[] scores = simulation.scores(0);
    for (int e = 0; e < held.length; e++) {
      double expected = paid[e] / sum * Math.sqrt(TestVectors.dot(values[e], values[e]));
      // a mean over 3,000 queries is off by some 2 %
      assertThat(scores[e]).as("seed %d, %d", seed, e).isCloseTo(expected, within(.04 * expected));
    }
  }

  @Test
  void keysStoredWithoutRotationScoreAsRotatedOnesDo() {
    int d = 6;
    Rope rope = new Rope(new double[] {1, .03}, 1.2); // two pairs, and two numbers that stay
    EvictionPolicy policy = Policies.create("expected-attention");
    double[] rotated = new double[9];
    double[] plain = new double[9];
    run(policy, d, rope, true, rotated);
    run(policy, d, rope, false, plain);

    assertThat(plain).containsExactly(rotated, within(1e-5));
    assertThat(Arrays.stream(plain).distinct().count()).isEqualTo(1 + 9 - 4);
  }

  /** Shows a set of nine states, keys rotated or not, 30 queries and scores it. */
  private static void run(EvictionPolicy policy, int d, Rope rope, boolean rotated, double[] into) {
    VectorSource source = TestVectors.normal(41, .8);
    double[][] columns = new double[policy.columns(new SetShape(1, 1, d))][into.length];
    double[] memory = new double[policy.memory(new SetShape(1, 1, d))];
    float[] scratch = new float[d];
    long[] positions = {0, 1, 2, 3, 9, 17, 18, 40, 41};
    KvSet set =
        (KvSet)
            Proxy.newProxyInstance(
                ExpectedAttentionTest.class.getClassLoader(),
                new Class<?>[] {KvSet.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "size" -> into.length;
                      case "group" -> 1;
                      case "position" -> positions[(int) arguments[0]];
                      case "column" -> columns[(int) arguments[0]];
                      case "memory" -> memory;
                      case "scratch" -> scratch;
                      case "rope" -> rope;
                      case "rotated" -> rotated;
                      case "key", "value" -> {
                        boolean key = method.getName().equals("key");
                        long position = positions[(int) arguments[1]];
                        float[] vector = (float[]) arguments[2];
                        fill(vector, source, key ? Kind.KEY : Kind.VALUE, position);
                        if (key && rotated) {
                          new Rope(frequencies(rope), 1 / rope.magnitude())
                              .undo(vector, 0, (double) -position);
                        }
                        yield null;
                      }
                      default -> throw new AssertionError(method);
                    });
    for (long query = 0; query < 30; query++) {
      policy.observe(set, row(source, query));
    }
    policy.score(set, into);
  }

  /** Undoing with the inverse magnitude at minus the position rotates with the magnitude. */
  private static double[] frequencies(Rope rope) {
    return new double[] {rope.frequency(0), rope.frequency(1)};
  }

  private static AttentionRow row(VectorSource source, long position) {
    return new AttentionRow() {
      @Override
      public long queryPosition() {
        return position;
      }

      @Override
      public int rows() {
        return 0;
      }

      @Override
      public float[] row(int row) {
        throw new AssertionError("no rows are declared");
      }

      @Override
      public void query(int head, float[] into) {
        fill(into, source, Kind.QUERY, position);
      }
    };
  }

  private static void fill(float[] into, VectorSource source, Kind kind, long position) {
    for (int i = 0; i < into.length; i++) {
      into[i] = source.number(kind, 0, position, i);
    }
  }
}
