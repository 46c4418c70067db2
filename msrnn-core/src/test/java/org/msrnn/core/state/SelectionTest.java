package org.msrnn.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.msrnn.api.PolicyException;
import org.msrnn.api.policy.Pins;

class SelectionTest {
  private final Selection selection = new Selection();

  private int[] lowest(double[] scores, int count, Pins pins) {
    int[] victims = new int[count];
    selection.lowest(scores, pins.first(), scores.length - pins.last(), count, victims, "test");
    return victims;
  }

  @Test
  void tiesDropTheOldest() {
    assertThat(lowest(new double[] {1, 0, 0, 2}, 1, Pins.NONE)).containsExactly(1);
    assertThat(lowest(new double[] {3, 3, 3, 3}, 2, Pins.NONE)).containsExactly(0, 1);
    assertThat(lowest(new double[] {0.0, -0.0, 0.0}, 2, Pins.NONE)).containsExactly(0, 1);
  }

  @Test
  void pinnedEntriesStayWhateverTheirScore() {
    assertThat(lowest(new double[] {-9, 5, 4, -9}, 1, new Pins(1, 1))).containsExactly(2);
    assertThat(lowest(new double[] {-9, 5, 4, 6, -9}, 2, new Pins(1, 1))).containsExactly(1, 2);
  }

  @Test
  void pinnedEntriesMayHaveAnyScore() {
    double[] scores = {Double.NaN, 5, 4, Double.POSITIVE_INFINITY};
    assertThat(lowest(scores, 1, new Pins(1, 1))).containsExactly(2);
  }

  @Test
  void scoresThatCountMustBeFinite() {
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> lowest(new double[] {1, bad, 2}, 1, Pins.NONE))
          .isInstanceOf(PolicyException.class)
          .hasMessageContaining("entry 1");
    }
  }

  @Test
  void anyCountLeavesTheHighestOfARandomSet() {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      int size = 1 + random.nextInt(40);
      Pins pins = new Pins(random.nextInt(size), 0);
      pins = new Pins(pins.first(), random.nextInt(size - pins.first()));
      int count = 1 + random.nextInt(size - pins.first() - pins.last());
      double[] scores = random.doubles(size).map(d -> Math.floor(d * 8)).toArray();
      List<Integer> expected = new ArrayList<>();
      for (int e = pins.first(); e < size - pins.last(); e++) {
        expected.add(e);
      }
      expected.sort(Comparator.comparingDouble(e -> scores[e])); // stable: ties by age
      expected = expected.subList(0, count).stream().sorted().toList();
      assertThat(lowest(scores, count, pins))
          .as("seed %d", seed)
          .containsExactly(expected.stream().mapToInt(i -> i).toArray());
    }
  }
}
