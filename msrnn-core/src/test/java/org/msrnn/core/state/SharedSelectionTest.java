package org.msrnn.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.msrnn.api.PolicyException;
import org.msrnn.api.policy.Granularity;
import org.msrnn.core.TestPolicies;

class SharedSelectionTest {
  private final TestPolicies.Lottery policy = new TestPolicies.Lottery(Granularity.KV_HEAD);

  private static long[] firstPositions(int count) {
    long[] positions = new long[count];
    Arrays.setAll(positions, i -> i);
    return positions;
  }

  private static int[] victims(SharedSelection selection, int head) {
    return Arrays.copyOf(selection.head(head).victims(), selection.head(head).taken());
  }

  @Test
  void theVectorOfAdaKvKeepsWhatItKeeps() {
    // policies.md 6.2: two heads, two states each, half of them guaranteed
    double[][] scores = {{.50, .20, .15, .10, .05}, {.24, .22, .20, .18, .16}};
    var selection = new SharedSelection(2, policy);
    for (int h = 0; h < 2; h++) {
      selection.head(h).offer(scores[h], firstPositions(5), 0, 5, 5 - 1);
    }
    selection.take(6);
    assertThat(victims(selection, 0)).containsExactly(1, 2, 3, 4);
    assertThat(victims(selection, 1)).containsExactly(3, 4);
  }

  @Test
  void equalScoresDropTheOldestAndThenTheLowestHead() {
    double[] equal = {0.0, -0.0, 0.0};
    var selection = new SharedSelection(3, policy);
    selection.head(0).offer(equal, new long[] {4, 5, 6}, 0, 3, 3);
    selection.head(1).offer(equal, new long[] {2, 5, 6}, 0, 3, 3);
    selection.head(2).offer(equal, new long[] {2, 3, 6}, 0, 3, 3);
    selection.take(4); // 2 of head 1, 2 and 3 of head 2, 4 of head 0
    assertThat(victims(selection, 0)).containsExactly(0);
    assertThat(victims(selection, 1)).containsExactly(0);
    assertThat(victims(selection, 2)).containsExactly(0, 1);
    selection.head(0).offer(equal, new long[] {4, 5, 6}, 0, 3, 3);
    selection.head(1).offer(equal, new long[] {2, 5, 6}, 0, 3, 3);
    selection.head(2).offer(equal, new long[] {2, 3, 6}, 0, 3, 3);
    selection.take(1);
    assertThat(victims(selection, 1)).containsExactly(0);
    assertThat(victims(selection, 2)).isEmpty();
  }

  @Test
  void scoresThatCountMustBeFinite() {
    var head = new SharedSelection(2, policy).head(1);
    double[] scores = {Double.NaN, 1, Double.NaN};
    head.offer(scores, firstPositions(3), 1, 2, 1);
    assertThatThrownBy(() -> head.offer(scores, firstPositions(3), 1, 3, 1))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("Lottery")
        .hasMessageContaining("entry 2");
  }

  private record Candidate(double score, long position, int head, int entry) {}

  /** One after the other, the lowest that may leave leaves. */
  @Test
  void anyOfferLosesTheLowestThatCanBeSpared() {
    for (long seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      int heads = 1 + random.nextInt(5);
      var selection = new SharedSelection(heads, policy);
      List<List<Candidate>> expected = new ArrayList<>();
      List<Candidate> left = new ArrayList<>();
      int[] spare = new int[heads];
      long most = 0;
      for (int h = 0; h < heads; h++) {
        expected.add(new ArrayList<>());
        int size = random.nextInt(20);
        double[] scores = random.doubles(size).map(d -> Math.floor(d * 6)).toArray();
        long[] positions = random.longs(0, 40).distinct().limit(size).sorted().toArray();
        int from = random.nextInt(size + 1);
        int to = random.nextInt(size + 1); // nothing may leave if it is lower
        spare[h] = Math.max(0, Math.min(random.nextInt(25), to - from));
        most += spare[h];
        for (int e = from; e < to; e++) {
          left.add(new Candidate(scores[e], positions[e], h, e));
        }
        selection.head(h).offer(scores, positions, from, to, spare[h]);
      }
      int count = random.nextInt((int) most + 1);
      for (int i = 0; i < count; i++) {
        Candidate lowest = null;
        for (Candidate one : left) {
          if (expected.get(one.head).size() < spare[one.head]
              && (lowest == null || precedes(one, lowest))) {
            lowest = one;
          }
        }
        left.remove(lowest);
        expected.get(Objects.requireNonNull(lowest).head).add(lowest);
      }
      selection.take(count);
      for (int h = 0; h < heads; h++) {
        assertThat(victims(selection, h))
            .as("seed %d, head %d", seed, h)
            .containsExactly(
                expected.get(h).stream().mapToInt(Candidate::entry).sorted().toArray());
      }
    }
  }

  private static boolean precedes(Candidate a, Candidate b) {
    return a.score != b.score
        ? a.score < b.score
        : a.position != b.position ? a.position < b.position : a.head < b.head;
  }

  @Test
  void headsThatCanSpareTheirOwnExcessAloneDropWhatTheyDropByThemselves() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      int heads = 2 + random.nextInt(4);
      var selection = new SharedSelection(heads, policy);
      var alone = new Selection();
      int[][] expected = new int[heads][];
      long count = 0;
      for (int h = 0; h < heads; h++) {
        int size = 1 + random.nextInt(30);
        int excess = random.nextInt(size + 1);
        double[] scores = random.doubles(size).map(d -> Math.floor(d * 9)).toArray();
        expected[h] = new int[excess];
        if (excess > 0) {
          alone.lowest(scores, 0, size, excess, expected[h], policy);
        }
        selection.head(h).offer(scores, firstPositions(size), 0, size, excess);
        count += excess;
      }
      selection.take(count);
      for (int h = 0; h < heads; h++) {
        assertThat(victims(selection, h)).as("seed %d", seed).isEqualTo(expected[h]);
      }
    }
  }
}
