package org.msrnn.core.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.NonFiniteException;

class SamplerTest {
  private static final float[] LOGITS = {0, 2, 1, 2, -1};

  @Test
  void greedyTakesTheLowestOfEqualIds() {
    assertThat(Sampler.greedy().next(LOGITS, 0)).isEqualTo(1);
  }

  @Test
  void drawsFollowTheSoftmax() {
    Sampler sampler = new Sampler(Sampling.of(1, 42));
    int[] counts = new int[LOGITS.length];
    int draws = 40_000;
    for (int i = 0; i < draws; i++) {
      counts[sampler.next(LOGITS, i)]++;
    }
    double total = 0;
    for (float logit : LOGITS) {
      total += Math.exp(logit);
    }
    for (int i = 0; i < LOGITS.length; i++) {
      double expected = Math.exp(LOGITS[i]) / total;
      // five standard deviations of a binomial share, seed 42
      double tolerance = 5 * Math.sqrt(expected * (1 - expected) / draws);
      assertThat(counts[i] / (double) draws).isCloseTo(expected, within(tolerance));
    }
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    Sampler sampler = new Sampler(Sampling.of(1, 1).withTopP(0.5)); // 0.37 + 0.37 are needed
    for (int i = 0; i < 500; i++) {
      assertThat(sampler.next(LOGITS, i)).isIn(1, 3);
    }
    Sampler one = new Sampler(Sampling.of(1, 1).withTopP(1e-9));
    assertThat(one.next(LOGITS, 5)).isEqualTo(1);
  }

  @Test
  void aDrawFollowsFromSeedAndPositionAlone() {
    Sampler a = new Sampler(Sampling.of(1.3, 7).withTopP(0.9));
    Sampler b = new Sampler(Sampling.of(1.3, 7).withTopP(0.9));
    for (int i = 99; i >= 0; i--) {
      b.next(LOGITS, i);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(a.next(LOGITS, i)).isEqualTo(b.next(LOGITS, i));
    }
  }

  @Test
  void logitsThatAreNotFiniteAreNeverAToken() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> Sampler.greedy().next(new float[] {0, bad}, 0))
          .isInstanceOf(NonFiniteException.class)
          .hasMessageContaining("token 1");
    }
  }

  /** Every way of cutting, against sorting all and following the definition to the letter. */
  @Test
  void drawsAreThoseOfTheDefinition() {
    long seed = 20_240_607;
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      float[] logits = new float[1 + random.nextInt(round % 10 == 0 ? 2000 : 40)];
      for (int i = 0; i < logits.length; i++) {
        // many equal ones
        logits[i] = random.nextInt(4) == 0 ? random.nextInt(3) : (float) random.nextGaussian() * 3;
      }
      Sampling sampling =
          new Sampling(
              0.2 + random.nextDouble() * 2,
              random.nextInt(3) == 0 ? 0 : random.nextInt(50),
              random.nextInt(3) == 0 ? 1 : 0.01 + 0.98 * random.nextDouble(),
              random.nextInt(3) == 0 ? 0 : random.nextDouble(),
              random.nextInt(3) == 0 ? 1 : 1 + random.nextDouble(),
              1 + random.nextInt(8),
              random.nextLong());
      Sampler sampler = new Sampler(sampling);
      List<Integer> recent = new ArrayList<>();
      for (int i = random.nextInt(12); i > 0; i--) {
        recent.add(random.nextInt(logits.length));
        sampler.accept(recent.getLast());
      }
      long position = random.nextInt(1000);
      assertThat(sampler.next(logits, position))
          .as("seed %d, round %d, %s", seed, round, sampling)
          .isEqualTo(definition(sampling, logits, recent, position));
    }
  }

  private static int definition(
      Sampling sampling, float[] logits, List<Integer> tokens, long position) {
    List<Integer> recent =
        tokens.subList(Math.max(0, tokens.size() - sampling.repetitionWindow()), tokens.size());
    float[] scores = logits.clone();
    for (int token : new LinkedHashSet<>(recent)) {
      double penalty = sampling.repetitionPenalty();
      scores[token] =
          (float) (scores[token] > 0 ? scores[token] / penalty : scores[token] * penalty);
    }
    List<Integer> ids = new ArrayList<>(IntStream.range(0, scores.length).boxed().toList());
    boolean ordered = sampling.topK() > 0 || sampling.topP() < 1;
    List<Integer> byRank = new ArrayList<>(ids);
    byRank.sort(Comparator.comparingDouble(i -> -scores[i])); // stable: equals by id
    float highest = scores[byRank.getFirst()];
    ToDoubleFunction<Integer> weight =
        i -> Math.exp((scores[i] - highest) / sampling.temperature());
    List<Integer> kept = new ArrayList<>(ordered ? byRank : ids);
    if (sampling.topK() > 0 && sampling.topK() < kept.size()) {
      kept = kept.subList(0, sampling.topK());
    }
    if (sampling.topP() < 1) {
      double total = (sampling.topK() > 0 ? kept : ids).stream().mapToDouble(weight).sum();
      double mass = 0;
      int n = 0;
      while (mass < sampling.topP() * total && n < kept.size()) {
        mass += weight.applyAsDouble(kept.get(n++));
      }
      kept = kept.subList(0, n);
    }
    kept = kept.stream().filter(i -> weight.applyAsDouble(i) >= sampling.minP()).toList();
    double draw =
        new SplittableRandom(sampling.seed() ^ position * 0x9e3779b97f4a7c15L).nextDouble();
    double target = draw * kept.stream().mapToDouble(weight).sum();
    for (int token : kept) {
      target -= weight.applyAsDouble(token);
      if (target < 0) {
        return token;
      }
    }
    return kept.getLast();
  }

  @Test
  void topKKeepsTheLikeliestAndOfEqualsTheLowestIds() {
    Sampler two = new Sampler(Sampling.of(5, 3).withTopK(2));
    Sampler three = new Sampler(Sampling.of(5, 3).withTopK(3));
    Set<Integer> ofTwo = new TreeSet<>();
    Set<Integer> ofThree = new TreeSet<>();
    for (int i = 0; i < 500; i++) {
      ofTwo.add(two.next(new float[] {1, 7, 7, 7, 2}, i));
      ofThree.add(three.next(LOGITS, i));
    }
    assertThat(ofTwo).containsExactly(1, 2);
    assertThat(ofThree).containsExactly(1, 2, 3);
  }

  @Test
  void minPDropsWhatIsTooFarBelowTheLikeliest() {
    // shares of the likeliest: 0.135, 1, 0.368, 1, 0.0498
    Sampler sampler = new Sampler(Sampling.of(1, 3).withMinP(0.2));
    Set<Integer> drawn = new TreeSet<>();
    for (int i = 0; i < 2000; i++) {
      drawn.add(sampler.next(LOGITS, i));
    }
    assertThat(drawn).containsExactly(1, 2, 3);
  }

  @Test
  void repetitionIsPenalisedOnceInTheWindowAlone() {
    Sampler sampler = new Sampler(Sampling.GREEDY.withRepetition(1.5, 2));
    assertThat(sampler.next(LOGITS, 0)).isEqualTo(1);
    sampler.accept(1);
    sampler.accept(1);
    assertThat(sampler.next(LOGITS, 1)).as("2 became 1.33").isEqualTo(3);
    sampler.accept(3);
    assertThat(sampler.next(LOGITS, 2)).as("both became 1.33, not less").isEqualTo(1);
    assertThat(sampler.next(new float[] {-1.2f, -1, -9, -0.9f, -8}, 2))
        .as("negative ones become -1.5 and -1.35")
        .isZero();
    sampler.accept(0);
    assertThat(sampler.next(LOGITS, 3)).as("1 left the window").isEqualTo(1);
  }

  @Test
  void tokensTakeNoMemory() throws ReflectiveOperationException {
    float[] logits = new float[5000];
    Random random = new Random(5);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    Sampler sampler =
        new Sampler(new Sampling(0.8, 40, 0.95, 0.05, 1.1, Sampling.DEFAULT_WINDOW, 1));
    Sampler byId = new Sampler(Sampling.of(1, 1).withMinP(0.1));
    run(sampler, logits, 20);
    run(byId, logits, 20);
    long before = allocatedBytes();
    run(sampler, logits, 200);
    run(byId, logits, 200);
    assertThat(allocatedBytes() - before).isLessThan(4096);
  }

  /** By reflection: the module under test does not read java.management. */
  private static long allocatedBytes() throws ReflectiveOperationException {
    Object bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    return (long)
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes")
            .invoke(bean);
  }

  private static void run(Sampler sampler, float[] logits, int tokens) {
    for (int i = 0; i < tokens; i++) {
      sampler.accept(sampler.next(logits, i));
    }
  }

  static Stream<Arguments> bad() {
    double nan = Double.NaN;
    double infinite = Double.POSITIVE_INFINITY;
    return Stream.of(
        arguments("temp", List.of(-1.0, 101.0, nan, infinite)),
        arguments("top-p", List.of(-0.1, 0.0, 1.01, nan)),
        arguments("min-p", List.of(-0.1, 1.01, nan, infinite)),
        arguments("repeat-penalty", List.of(-1.0, 0.0, 0.99, 10.5, nan, infinite)),
        arguments("top-k", List.of(-1.0)),
        arguments("repeat-window", List.of(-1.0, 0.0, 2e6)));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void valuesOutsideTheRangeAreRefused(String option, List<Double> values) {
    for (double value : values) {
      assertThatThrownBy(
              () ->
                  new Sampling(
                      option.equals("temp") ? value : 1,
                      option.equals("top-k") ? (int) value : 0,
                      option.equals("top-p") ? value : 1,
                      option.equals("min-p") ? value : 0,
                      option.equals("repeat-penalty") ? value : 1,
                      option.equals("repeat-window") ? (int) value : 64,
                      0))
          .as("%s %s", option, value)
          .isInstanceOf(InvalidOptionException.class)
          .hasMessageStartingWith(option + " is ");
    }
  }
}
