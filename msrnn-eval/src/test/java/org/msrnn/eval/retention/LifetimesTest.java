package org.msrnn.eval.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.task.StateFigures;

class LifetimesTest {
  private static final int TOKENS = 97;
  private static final int STATES = 11;

  /** Any state leaves when there are more than k; {@code [positions]} tokens fed when last kept. */
  private static int[] anyPolicy(Random random) {
    int[] keptUntil = new int[TOKENS];
    List<Integer> held = new ArrayList<>();
    for (int t = 0; t < TOKENS; t++) {
      held.add(t);
      if (held.size() > STATES) {
        keptUntil[held.remove(/* index */ random.nextInt(held.size()))] = t;
      }
    }
    held.forEach(p -> keptUntil[p] = TOKENS);
    return keptUntil;
  }

  private static long sum(int[] keptUntil) {
    return IntStream.range(0, keptUntil.length).mapToLong(p -> keptUntil[p] - p).sum();
  }

  private static Retention retention(int[]... sets) {
    List<SetRetention> all = new ArrayList<>();
    for (int[] keptUntil : sets) {
      all.add(SetRetention.of(all.size() / 2, all.size() % 2, keptUntil, sum(keptUntil)));
    }
    return new Retention(sets[0].length, STATES, all, StateFigures.NONE);
  }

  @Test
  void inTheSteadyStateTheMeanLifeIsKWhateverThePolicy() {
    Random random = new Random(12);
    for (int round = 0; round < 20; round++) {
      Lifetimes lives = Lifetimes.of(retention(anyPolicy(random), anyPolicy(random)), null);

      assertThat(lives.steady()).isCloseTo(STATES, within(1e-9));
      // the first k steps hold 1, 2, ... k states
      double held = STATES * (STATES + 1) / 2.0 + (TOKENS - STATES) * (double) STATES;
      assertThat(lives.mean()).isCloseTo(held / TOKENS, within(1e-9));
    }
  }

  @Test
  void livesThatDoNotAddUpToTheStatesHeldAreRefused() {
    int[] keptUntil = anyPolicy(new Random(5));
    SetRetention damaged = SetRetention.of(3, -1, keptUntil, sum(keptUntil) + 1);

    assertThatThrownBy(
            () ->
                Lifetimes.of(
                    new Retention(TOKENS, STATES, List.of(damaged), StateFigures.NONE), null))
        .isInstanceOf(MsrnnException.class)
        .hasMessage(
            "the states of layer 3 lived %d steps in all, and the set held %d states over all"
                + " steps: the two are the same in an undamaged record",
            sum(keptUntil), sum(keptUntil) + 1);
  }

  /** By looking at every step. */
  @Test
  void recentStatesAreThoseAmongTheLastK() {
    int[][] sets = {anyPolicy(new Random(1)), anyPolicy(new Random(2))};
    double held = 0;
    double recent = 0;
    double heldAfter = 0;
    double recentAfter = 0;
    for (int[] keptUntil : sets) {
      for (int fed = 1; fed <= TOKENS; fed++) {
        for (int p = 0; p < fed; p++) {
          int kept = keptUntil[p] >= fed ? 1 : 0;
          int recently = p >= fed - STATES ? kept : 0;
          held += kept;
          recent += recently;
          heldAfter += fed > STATES ? kept : 0;
          recentAfter += fed > STATES ? recently : 0;
        }
      }
    }
    Lifetimes lives = Lifetimes.of(retention(sets), null);

    assertThat(lives.recent()).isCloseTo(recentAfter / heldAfter, within(1e-12));
    assertThat(lives.recentOfAll()).isCloseTo(recent / held, within(1e-12));
    assertThat(lives.recent()).isLessThan(lives.recentOfAll());
  }

  @Test
  void aWindowKeepsNothingButRecentStates() {
    int[] window = new int[TOKENS];
    Arrays.setAll(window, p -> Math.min(TOKENS, p + STATES));
    Lifetimes lives = Lifetimes.of(retention(window), null);

    assertThat(lives.recent()).isEqualTo(1);
    assertThat(lives.first().getFirst()).isEqualTo(new Lifetimes.First(1, STATES, 0));
  }

  /** Five tokens, two sets, by hand. */
  @Test
  void meansByLayerTagPieceAndPositionByHand() {
    int[] one = {5, 1, 4, 4, 5}; // lives 5 0 2 1 1
    int[] two = {1, 5, 5, 3, 5}; // lives 1 4 3 0 1
    var retention =
        new Retention(
            5,
            2,
            List.of(SetRetention.of(0, -1, one, 9L), SetRetention.of(4, -1, two, 9L)),
            StateFigures.NONE);
    var text =
        new TextFigures(List.of("a", "b", "\n", "a", "b"), List.of("DT", "NN", "\\n", "DT", "NN"));
    Lifetimes lives = Lifetimes.of(retention, text);

    assertThat(lives.byLayer()).containsExactly(9 / 5.0, 9 / 5.0);
    assertThat(lives.first())
        .containsExactly(
            new Lifetimes.First(1, 3, 0.5), new Lifetimes.First(4, (3 + 2 + 2.5 + 0.5) / 4, 0.375));
    assertThat(lives.byTag())
        .containsExactly(
            new Lifetimes.Group("\\n", 1, 2.5),
            new Lifetimes.Group("DT", 2, 1.75),
            new Lifetimes.Group("NN", 2, 1.5));
    assertThat(lives.byPiece()).as("none occurs eight times").isEmpty();
  }

  @Test
  void aTextShorterThanTheStateHasNoSteadyState() {
    int[] all = {3, 3, 3};
    Lifetimes lives = Lifetimes.of(retention(all), null);

    assertThat(lives.steady()).isNull();
    assertThat(lives.recent()).isNull();
    assertThat(lives.recentOfAll()).isEqualTo(1);
  }
}
