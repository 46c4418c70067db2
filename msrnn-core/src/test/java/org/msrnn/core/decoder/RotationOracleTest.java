package org.msrnn.core.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.core.Progress;
import org.msrnn.core.TestModels;
import org.msrnn.core.TestModels.Shape;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.reference.PlainBackend;

/** Keys and queries of the streaming engine are rotated where their scheme says. */
class RotationOracleTest {
  private static final int TOKENS = 70;
  private static final double TOLERANCE = 2e-4;
  private static final EvictionPolicy POLICY = new TestPolicies.Chance(Granularity.KV_HEAD);
  private static final Catalog CATALOG = Catalog.discover(List.of());

  private final DecoderModel model = TestModels.random(Shape.SMALL, 31);
  private final int[] tokens = TestModels.tokens(model, TOKENS, 31);

  /** Kept positions after each token, by layer and KV head, and the logits of all tokens. */
  private record Run(long[][][][] kept, float[][] logits) {}

  private Run run(String scheme, EvictionPolicy policy, int states) {
    long[][][][] kept = new long[TOKENS][model.info().layers()][model.info().kvHeads()][];
    float[][] logits = new float[TOKENS][model.info().vocabulary()];
    StateSpec spec = StateSpec.of(policy, states).with(CATALOG.positions(scheme));
    try (Msrnn msrnn = new DecoderMsrnn(model, new PlainBackend(), Progress.NONE);
        MultiState state = msrnn.start(spec)) {
      for (int t = 0; t < TOKENS; t++) {
        msrnn.step(state, tokens[t], logits[t]);
        for (int l = 0; l < kept[t].length; l++) {
          for (int h = 0; h < kept[t][l].length; h++) {
            kept[t][l][h] = state.kept(l, h);
          }
        }
      }
    }
    return new Run(kept, logits);
  }

  /** What a query attends to: what the token before it left, and itself. */
  private static long[] seen(Run run, int layer, int head, int query) {
    long[] before = query == 0 ? new long[0] : run.kept[query - 1][layer][head];
    long[] seen = Arrays.copyOf(before, before.length + 1);
    seen[before.length] = query;
    return seen;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "original",
        "in-cache",
        "compressed:threshold=2",
        "compressed:gap=sqrt,form=excess,threshold=3",
        "compressed:gap=tenth,form=offset,threshold=4,ceil,from=40",
        "relative:limit=30,sinks=4"
      })
  void everyQuerySeesItsKeysWhereTheSchemePutsThem(String name) {
    Run run = run(name, POLICY, 9);
    PositionScheme scheme = CATALOG.positions(name);
    double[][] expected =
        new MaskOracle(model)
            .logits(
                tokens,
                (layer, head, query, key) ->
                    Arrays.binarySearch(seen(run, layer, head, query), key) >= 0,
                (layer, head, query, key) -> {
                  long[] seen = seen(run, layer, head, query);
                  double[] places = new double[seen.length];
                  scheme.map(seen, seen.length, places);
                  return places[Arrays.binarySearch(seen, key)];
                });

    for (int t = 0; t < TOKENS; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        assertThat((double) run.logits[t][i])
            .as("%s: token %d, logit %d", name, t, i)
            .isCloseTo(expected[t][i], within(TOLERANCE));
      }
    }
    long[] last = run.kept[TOKENS - 1][1][1];
    assertThat(last[8] - last[0]).as("states with gaps between them").isGreaterThan(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compressed", "compressed:gap=ln,form=excess", "relative:limit=71"})
  void whereNoGapIsLongTheSchemeIsTheOriginalOne(String scheme) {
    EvictionPolicy policy = new TestPolicies.Window(0, false); // no gaps but the one at the start
    Run original = run("original", policy, 9);
    Run other = run(scheme, policy, 9);

    for (int t = 0; t < TOKENS; t++) {
      assertThat(other.logits[t])
          .as("%s: token %d", scheme, t)
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(original.logits[t]);
    }
  }
}
