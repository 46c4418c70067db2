package org.msrnn.eval.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.bundled.BundledText;
import org.msrnn.eval.metric.LogProbability;
import org.msrnn.eval.task.StateFigures;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClairvoyantTest {
  private static final Catalog CATALOG = Catalog.discover(List.of());
  private static final int TOKENS = 1500;
  private static final int STATES = 64;

  private Backend backend;
  private Model model;
  private int[] ids;
  private StateSpec full;
  private AttentionTrace trace;

  @BeforeAll
  void open() {
    backend = CATALOG.openBackend("auto");
    try (BundledModel bundled = BundledModel.extract()) {
      model = Model.open(bundled.file(), backend, Progress.NONE);
    }
    ids = Arrays.copyOf(model.tokenizer().encode(BundledText.story()), TOKENS);
    full = spec("full", 1);
    trace = AttentionTrace.record(model.msrnn(), KvType.F32, ids);
  }

  @AfterAll
  void close() {
    model.close();
    backend.close();
  }

  private static StateSpec spec(String policy, int states) {
    return StateSpec.of(CATALOG.policy(PolicySpec.parse(policy)), states).withSeed(5);
  }

  private static StateSpec spec(EvictionPolicy policy, int states) {
    return StateSpec.of(policy, states);
  }

  private static double[][][] randomWeights(Random random, int layers, int tokens) {
    double[][][] weights = new double[layers][tokens][];
    for (double[][] layer : weights) {
      for (int q = 0; q < tokens; q++) {
        layer[q] = random.doubles(q + 1).map(x -> x * x * x).toArray();
        // few different weights, so that there are ties
        int steps = random.nextInt(5);
        double sum = Arrays.stream(layer[q]).sum();
        for (int p = 0; p <= q; p++) {
          layer[q][p] = steps == 0 ? Math.round(4 * layer[q][p]) / 64.0 : layer[q][p] / sum;
        }
      }
    }
    return weights;
  }

  private record EveryFourth(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public Trigger trigger() {
      return Trigger.every(4);
    }
  }

  /** The rule, written as it is said: for all held, the largest mean; the least one leaves. */
  private static int[] greedy(AttentionTrace trace, int layer, int states, int every) {
    int[] keptUntil = new int[trace.tokens()];
    List<Integer> held = new ArrayList<>();
    for (int t = 0; t < trace.tokens(); t++) {
      held.add(t);
      boolean decides = (t + 1) % every == 0 || t == trace.tokens() - 1;
      while (decides && held.size() > states) {
        int victim = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int p : held) {
          double sum = 0;
          float worth = 0;
          for (int u = t + 1; u < trace.tokens(); u++) {
            sum += trace.weight(layer, u, p);
            worth = Math.max(worth, (float) (sum / (u - t)));
          }
          if (worth < least) {
            least = worth;
            victim = p;
          }
        }
        held.removeIf(Integer.valueOf(victim)::equals);
        keptUntil[victim] = t;
      }
    }
    held.forEach(p -> keptUntil[p] = trace.tokens());
    return keptUntil;
  }

  @Test
  void theStateWhosePlaceIsWorthLeastLeaves() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 12; round++) {
      int tokens = 30 + random.nextInt(60);
      int states = 3 + random.nextInt(20);
      var weights = randomWeights(random, model.info().layers(), tokens);
      AttentionTrace known = AttentionTrace.of(weights);
      int every = round % 3 == 2 ? 4 : 1;
      EvictionPolicy policy =
          every == 1 ? Clairvoyant.of(known) : new EveryFourth(Clairvoyant.of(known));
      Retention found =
          RetentionRecorder.record(
              model.msrnn(), spec(policy, states), Arrays.copyOf(ids, tokens), LogitsSink.NONE);
      for (SetRetention set : found.sets()) {
        assertThat(set.keptUntil(tokens))
            .as("round %d, %s", round, set.name())
            .isEqualTo(greedy(known, set.layer(), states, every));
      }
    }
  }

  @Test
  void rowsAreProbabilities() {
    for (int layer = 0; layer < trace.layers(); layer++) {
      for (int q = 0; q < TOKENS; q++) {
        double sum = 0;
        for (int key = 0; key <= q; key++) {
          sum += trace.weight(layer, q, key);
        }
        assertThat(sum).isCloseTo(1, within(1e-3));
      }
    }
  }

  @Test
  void attentionLossIsWhatGoesToStatesNotHeld() {
    Random random = new Random(4);
    int tokens = 25;
    AttentionTrace known = AttentionTrace.of(randomWeights(random, 2, tokens));
    int[][] keptUntil = new int[2][tokens];
    List<SetRetention> sets = new ArrayList<>();
    double expected = 0;
    for (int l = 0; l < 2; l++) {
      for (int p = 0; p < tokens; p++) {
        keptUntil[l][p] = p + random.nextInt(tokens - p + 1);
      }
      sets.add(SetRetention.of(l, -1, keptUntil[l], null));
      for (int t = 0; t < tokens; t++) {
        for (int p = 0; p < t; p++) {
          boolean heldAfterTheStepBefore = keptUntil[l][p] >= t;
          expected += heldAfterTheStepBefore ? 0 : known.weight(l, t, p) / tokens / 2;
        }
      }
    }
    AttentionLoss loss = AttentionLoss.of(known, new Retention(tokens, 5, sets, StateFigures.NONE));

    assertThat(loss.mean()).isCloseTo(expected, within(1e-12));
    assertThat(loss.byLayer()).hasSize(2);
  }

  private double loss(StateSpec spec) {
    return AttentionLoss.of(
            trace, RetentionRecorder.record(model.msrnn(), spec, ids, LogitsSink.NONE))
        .mean();
  }

  @Test
  void nobodyKeepsMoreAttentionThanHindsight() {
    double least = AttentionLoss.least(trace, STATES).mean();
    double clairvoyant = loss(spec(Clairvoyant.of(trace), STATES));
    double tova = loss(spec("tova", STATES));
    double random = loss(spec("random", STATES));
    double h2o = loss(spec("h2o", STATES));
    double window = loss(spec("window", STATES));
    System.out.printf(
        "attention loss: least %.4f, clairvoyant %.4f, tova %.4f, h2o %.4f, window %.4f, random"
            + " %.4f%n",
        least, clairvoyant, tova, h2o, window, random);
    assertThat(least).isPositive().isLessThanOrEqualTo(clairvoyant);
    assertThat(List.of(tova, random, h2o, window))
        .allSatisfy(loss -> assertThat(loss).isGreaterThanOrEqualTo(clairvoyant));
    assertThat(new Regret(tova, clairvoyant, random).value()).isBetween(0.0, 1.0);
  }

  @Test
  void aPerplexityOfHindsightIsFinite() {
    double[] nll = new double[1];
    try (MultiState state = model.msrnn().start(spec(Clairvoyant.of(trace), STATES))) {
      model
          .msrnn()
          .feed(
              state,
              Arrays.copyOf(ids, TOKENS - 1),
              (i, logits) -> nll[0] -= LogProbability.of(logits, ids[i + 1]));
    }
    assertThat(Math.exp(nll[0] / (TOKENS - 1))).isBetween(1.0, (double) model.info().vocabulary());
  }

  @Test
  void aStateThatHoldsEverythingLosesNothing() {
    assertThat(loss(spec(Clairvoyant.of(trace), TOKENS))).isZero();
    assertThat(loss(full)).isZero();
    assertThat(AttentionLoss.least(trace, TOKENS).mean()).isZero();
    float[][] logits = new float[TOKENS][];
    try (MultiState state = model.msrnn().start(spec(Clairvoyant.of(trace), TOKENS));
        MultiState topline = model.msrnn().start(full)) {
      model.msrnn().feed(state, ids, (i, row) -> logits[i] = row.clone());
      model
          .msrnn()
          .feed(
              topline,
              ids,
              (i, row) -> assertThat(distance(row, logits[i])).as("token %d", i).isLessThan(1e-4));
    }
  }

  /** Rows of several tokens are summed in another order than those that a decision follows. */
  private static double distance(float[] a, float[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  @Test
  void tokensBeyondTheTraceAreASentence() {
    int[] more = Arrays.copyOf(ids, TOKENS + 1);
    assertThatThrownBy(
            () ->
                RetentionRecorder.record(
                    model.msrnn(), spec(Clairvoyant.of(trace), STATES), more, LogitsSink.NONE))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("knows what is to come of 1500 tokens, and token 1501 was fed");
  }

  @Test
  void aTraceThatDoesNotFitIsRefusedBeforeItIsMade() {
    assertThat(AttentionTrace.bytes(4096, 8)).isEqualTo(8L * 2 * 4096 * 4097 / 2);
    assertThatThrownBy(() -> AttentionTrace.record(model.msrnn(), KvType.F32, new int[65_000]))
        .isInstanceOf(MsrnnException.class)
        .hasMessageMatching("the attention of 65,000 tokens in \\d+ layers takes [\\d,]+ MB.*");
  }

  @Test
  void regretIsZeroForHindsightAndOneForChance() {
    assertThat(new Regret(0.2, 0.2, 0.6).value()).isZero();
    assertThat(new Regret(0.6, 0.2, 0.6).value()).isEqualTo(1);
    assertThat(new Regret(0.3, 0.2, 0.6).value()).isCloseTo(0.25, within(1e-12));
    assertThat(new Regret(0.3, 0.5, 0.5).value()).isNaN();
  }
}
