package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.Plants.BEHIND;
import static org.msrnn.api.testkit.Plants.BUDGET;
import static org.msrnn.api.testkit.Plants.DEMAND;
import static org.msrnn.api.testkit.Plants.FINITE;
import static org.msrnn.api.testkit.Plants.GARBAGE;
import static org.msrnn.api.testkit.Plants.ROWS;
import static org.msrnn.api.testkit.Plants.UNDECLARED;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.msrnn.api.PolicyException;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;

/** Policies that do wrong when they observe, score or demand. */
final class ScoringFaults {
  private ScoringFaults() {}

  private static final double[] TABLE = new double[32_000];

  static void into(Plants plants) {
    vectorsAndDemands(plants);
    plants.plant(
        "scores of NaN",
        () -> scores((set, scores) -> scores[set.size() / 2] = Double.NaN),
        FINITE);
    plants.plant(
        "infinity in place of a pin",
        () -> scores((set, scores) -> scores[0] = Double.POSITIVE_INFINITY),
        FINITE);
    plants.plant(
        "the newest left unset",
        () ->
            new Plant.Oldest() {
              @Override
              public void score(KvSet set, double[] scores) {
                for (int e = 0; e < set.size() - 1; e++) {
                  scores[e] = e;
                }
              }
            },
        FINITE);
    plants.plant(
        "fills the whole array", () -> scores((set, scores) -> Arrays.fill(scores, 1)), BEHIND);
    plants.plant(
        "fills a whole column",
        () ->
            new Plant.LastRow() {
              @Override
              public void observe(KvSet set, AttentionRow row) {
                Arrays.fill(set.column(0), 0);
                super.observe(set, row);
              }
            },
        BEHIND);
    plants.plant(
        "normalises a row in place",
        () ->
            new Plant.LastRow() {
              @Override
              public void observe(KvSet set, AttentionRow row) {
                row.row(0)[set.size() - 1] *= 0.5f;
                super.observe(set, row);
              }
            },
        ROWS);
    plants.plant(
        "reads keys undeclared",
        () -> scores((set, scores) -> set.key(0, 0, new float[set.headSize()])),
        UNDECLARED);
    plants.plant(
        "reads values undeclared and swallows the refusal",
        () ->
            scores(
                (set, scores) -> {
                  try {
                    set.value(0, 0, new float[set.headSize()]);
                  } catch (PolicyException e) {
                    scores[0] = -1;
                  }
                }),
        UNDECLARED);
    plants.plant(
        "writes a column it has not", () -> scores((set, _) -> set.column(0)[0] = 1), UNDECLARED);
    plants.plant(
        "throws when it scores",
        () ->
            scores(
                (set, _) -> {
                  if (set.budget() == 2) {
                    throw new ArrayIndexOutOfBoundsException("2");
                  }
                }),
        BUDGET);
    plants.plant(
        "throws when it observes",
        () ->
            new Plant.LastRow() {
              @Override
              public void observe(KvSet set, AttentionRow row) {
                throw new UnsupportedOperationException("later");
              }
            },
        BUDGET);
  }

  private static void vectorsAndDemands(Plants plants) {
    plants.plant("a demand of NaN", () -> demand((_, _) -> Double.NaN), DEMAND);
    plants.plant("a demand below 0", () -> demand((_, _) -> -1), DEMAND);
    plants.plant(
        "a demand that writes a column",
        () -> demand((set, column) -> column[set.size() - 1] = 3),
        DEMAND);
    plants.plant(
        "a demand that throws",
        () ->
            demand(
                (set, _) -> {
                  throw new IllegalStateException("not for " + set.size());
                }),
        BUDGET);
    plants.plant(
        "reads query vectors undeclared",
        () ->
            new Plant.LastRow() {
              @Override
              public void observe(KvSet set, AttentionRow row) {
                super.observe(set, row);
                row.query(0, set.scratch());
              }
            },
        UNDECLARED);
    plants.plant(
        "reads keys undeclared in its demand",
        () ->
            demand(
                (set, _) -> {
                  set.key(0, 0, set.scratch());
                  return 1;
                }),
        UNDECLARED);
    plants.plant(
        "an array for each step",
        () -> scores((set, scores) -> scores[0] = sum(new double[set.size()], scores)),
        GARBAGE);
    plants.plant(
        "a boxed number for each entry",
        () ->
            scores(
                (set, scores) -> {
                  Map<Long, Double> boxed = new HashMap<>();
                  for (int e = 0; e < set.size(); e++) {
                    boxed.put(set.position(e), scores[e]);
                  }
                  scores[0] = boxed.getOrDefault(set.position(0), 0.0);
                }),
        GARBAGE);
    plants.plant(
        "a token id as an index of a small table",
        () -> scores((set, scores) -> scores[0] = TABLE[set.token(0)]),
        BUDGET);
  }

  private static double sum(double[] copy, double[] scores) {
    System.arraycopy(scores, 0, copy, 0, copy.length);
    return Arrays.stream(copy).sum();
  }

  private interface Demand {
    double of(KvSet set, double[] column);
  }

  private static EvictionPolicy demand(Demand demand) {
    return new Plant.LastRow() {
      @Override
      public double demand(KvSet set) {
        return demand.of(set, set.column(0));
      }
    };
  }

  interface Score {
    void of(KvSet set, double[] scores);
  }

  /** The oldest leaves, but for what {@code spoilt} does to the scores. */
  static EvictionPolicy scores(Score spoilt) {
    return new Plant.Oldest() {
      @Override
      public void score(KvSet set, double[] scores) {
        super.score(set, scores);
        spoilt.of(set, scores);
      }
    };
  }
}
