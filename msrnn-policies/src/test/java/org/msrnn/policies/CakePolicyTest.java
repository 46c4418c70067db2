package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlanner.Request;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/** CAKE against numbers worked by hand, and a second computation from its definition. */
class CakePolicyTest {
  private static final int GROUP = 2;

  private static final double[][] ROWS = {
    {1}, {.5, .5}, {.5, .3, .2}, {.1, .5, .2, .2},
  };

  private static AttentionSource random(long seed) {
    return (head, query, key) ->
        3 * new SplittableRandom(seed + 31 * (key + 997 * (query + 1009L * head))).nextDouble();
  }

  @Test
  void scoreAndPreferenceAreThoseWorkedByHand() {
    Demanding one = new Demanding(Policies.create("cake:window=2"));
    PolicySimulation simulation =
        new PolicySimulation(
            one,
            SimulatedLayer.of(1, 1, 3),
            (head, query, key) -> Math.log(ROWS[(int) query][(int) key]));
    simulation.prompt(4, Regime.WHOLE);

    // means .3 and .4, variances .08 and .02: 16.3 and 4.4, which all five places see
    assertThat(Arrays.copyOf(simulation.scores(0), 2))
        .containsExactly(new double[] {4.14, 4.14}, within(1e-5));
    // -(2 * .5 ln .5 + .3 ln .3 + .1 ln .1) = 1.2845975, and .08 + .02
    assertThat(one.demands().getLast()).isCloseTo(.12845975, within(1e-7));

    Demanding other = new Demanding(Policies.create("cake:window=2,tau1=2,tau2=0.5"));
    new PolicySimulation(
            other,
            SimulatedLayer.of(1, 1, 3),
            (head, query, key) -> Math.log(ROWS[(int) query][(int) key]))
        .prompt(4, Regime.WHOLE);
    assertThat(other.demands().getLast()).isCloseTo(.01133401, within(1e-7));
  }

  @Test
  void theWindowIsPinned() {
    assertThat(Policies.create("cake").pins(64)).isEqualTo(new Pins(0, 32));
    assertThat(Policies.create("cake:window=3").pins(64)).isEqualTo(new Pins(0, 3));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void aSecondComputationDropsTheSame(long seed) {
    Random draw = new Random(seed);
    int window = 1 + draw.nextInt(7);
    int budget = window + 1 + draw.nextInt(20);
    double gamma = draw.nextInt(3) * 100;
    AttentionSource attention = random(seed);
    PolicySimulation simulation =
        new PolicySimulation(
            Policies.create("cake:window=" + window + ",gamma=" + gamma),
            SimulatedLayer.of(2, GROUP, budget),
            attention);
    boolean whole = seed % 2 == 0;
    int prompt = budget + 10;
    simulation.prompt(prompt, whole ? Regime.WHOLE : Regime.STEPWISE);
    simulation.generate(40);

    for (int head = 0; head < 2; head++) {
      Plain plain = new Plain(attention, head, window, gamma);
      for (long t = 0; t < prompt + 40; t++) {
        plain.step(t);
        if (!whole || t >= prompt - 1) {
          plain.drop(budget);
        }
      }
      assertThat(simulation.kept(head))
          .as("seed %d, head %d, window %d, budget %d", seed, head, window, budget)
          .isEqualTo(plain.kept.stream().mapToLong(Long::longValue).toArray());
      assertThat(simulation.scores(head)).hasSize(budget + 1);
      assertThat(Arrays.copyOf(simulation.scores(head), budget + 1 - window))
          .as("seed %d, head %d", seed, head)
          .containsExactly(plain.scores, within(1e-6 * (1 + gamma)));
    }
  }

  /** One KV head by the definition, with maps in place of rings and sums of doubles. */
  private static final class Plain {
    private final AttentionSource attention;
    private final int head;
    private final int window;
    private final double gamma;
    private final List<Long> kept = new ArrayList<>();
    private final List<Map<Long, Double>> rows = new ArrayList<>();
    private double[] scores = {};

    Plain(AttentionSource attention, int head, int window, double gamma) {
      this.attention = attention;
      this.head = head;
      this.window = window;
      this.gamma = gamma;
    }

    void step(long t) {
      kept.add(t);
      Map<Long, Double> row = new HashMap<>();
      for (int g = 0; g < GROUP; g++) {
        int query = head * GROUP + g;
        double sum = kept.stream().mapToDouble(j -> Math.exp(attention.logit(query, t, j))).sum();
        kept.forEach(
            j -> row.merge(j, Math.exp(attention.logit(query, t, j)) / sum / GROUP, Double::sum));
      }
      rows.add(row);
      if (rows.size() > window) {
        rows.removeFirst();
      }
    }

    void drop(int budget) {
      while (kept.size() > budget) {
        int outside = kept.size() - window;
        double[] indicator = new double[outside];
        for (int j = 0; j < outside; j++) {
          long position = kept.get(j);
          double[] column =
              rows.stream().mapToDouble(row -> row.getOrDefault(position, 0.0)).toArray();
          double mean = Arrays.stream(column).average().orElseThrow();
          double squares = Arrays.stream(column).map(a -> (a - mean) * (a - mean)).sum();
          indicator[j] = mean + (window == 1 ? 0 : gamma * squares / (window - 1));
        }
        double[] pooled = new double[outside];
        for (int j = 0; j < outside; j++) {
          for (int n = j - 2; n <= j + 2; n++) {
            pooled[j] += n < 0 || n >= outside ? 0 : indicator[n] / 5;
          }
        }
        if (kept.size() > budget + 1) {
          dropAll(pooled, kept.size() - budget);
        } else {
          scores = pooled;
          dropAll(pooled, 1);
        }
      }
    }

    private void dropAll(double[] pooled, int count) {
      List<Long> order = new ArrayList<>(kept.subList(0, pooled.length));
      List<Long> all = List.copyOf(order);
      order.sort((a, b) -> Double.compare(pooled[all.indexOf(a)], pooled[all.indexOf(b)]));
      kept.removeAll(order.subList(0, count));
    }
  }

  private static int[] states(Budgets budgets) {
    int[] states = new int[budgets.layers()];
    Arrays.setAll(states, l -> budgets.states(l, 0));
    return states;
  }

  private static double[][] demands(double... layers) {
    return Arrays.stream(layers)
        .mapToObj(d -> new double[] {d / 2, d / 2})
        .toArray(double[][]::new);
  }

  @Test
  void layersShareByPreferenceAsTheyComeIn() {
    BudgetPlanner cake = Policies.create("cake").budgets();
    Request request = new Request(3, 2, 5, 1, Granularity.KV_HEAD);

    assertThat(cake.adaptive()).isTrue();
    assertThat(states(cake.plan(request))).containsExactly(5, 5, 5);
    // of 12 states: all; 7.2 and 4.8; 6, 4 and 2; and one a layer
    assertThat(states(cake.replan(request, demands(3)))).containsExactly(13);
    assertThat(states(cake.replan(request, demands(3, 2)))).containsExactly(8, 6);
    assertThat(states(cake.replan(request, demands(3, 2, 1)))).containsExactly(7, 5, 3);
    assertThat(states(cake.replan(request, demands(0, 0, 0)))).containsExactly(5, 5, 5);
    assertThat(states(cake.replan(request, demands(0, 1e-300, 0)))).containsExactly(1, 13, 1);
    Request tight = new Request(3, 2, 5, 5, Granularity.KV_HEAD);
    assertThat(states(cake.replan(tight, demands(3, 2, 1)))).containsExactly(5, 5, 5);
  }

  @Test
  void budgetsSumExactlyAndOnlyShrinkWhileLayersComeIn() {
    BudgetPlanner cake = Policies.create("cake").budgets();
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int layers = 1 + random.nextInt(40);
      int least = 1 + random.nextInt(9);
      int states = least + random.nextInt(60);
      Request request = new Request(layers, 2, states, least, Granularity.KV_HEAD);
      double[] preferences = new double[layers];
      for (int l = 0; l < layers; l++) {
        int kind = random.nextInt(8);
        preferences[l] = kind == 0 ? 0 : kind == 1 ? 1e200 : Math.pow(random.nextDouble(), 4);
      }
      int[] before = {};
      for (int n = 1; n <= layers; n++) {
        int[] budgets = states(cake.replan(request, demands(Arrays.copyOf(preferences, n))));
        long sum = Arrays.stream(budgets).asLongStream().sum();
        assertThat(sum)
            .as("seed %d, %d layers", seed, n)
            .isEqualTo((long) least * n + (long) (states - least) * layers);
        for (int l = 0; l < before.length; l++) {
          assertThat(budgets[l])
              .as("seed %d, layer %d of %d", seed, l, n)
              .isBetween(least, before[l]);
        }
        before = budgets;
      }
      assertThat(before)
          .as("seed %d", seed)
          .isEqualTo(webster((states - least) * layers, preferences, least));
    }
  }

  /** One state after the other to the layer with the largest preference / (2 * states + 1). */
  private static int[] webster(int pool, double[] preferences, int least) {
    int[] shares = new int[preferences.length];
    for (int i = 0; i < pool; i++) {
      int most = 0;
      for (int l = 1; l < shares.length; l++) {
        if (preferences[l] / (2 * shares[l] + 1) > preferences[most] / (2 * shares[most] + 1)) {
          most = l;
        }
      }
      shares[most]++;
    }
    boolean none = Arrays.stream(preferences).allMatch(p -> p == 0);
    if (none) {
      Arrays.setAll(shares, l -> pool / shares.length);
    }
    return Arrays.stream(shares).map(share -> share + least).toArray();
  }
}
