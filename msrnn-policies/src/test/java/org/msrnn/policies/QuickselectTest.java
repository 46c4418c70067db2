package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The n-th number is that of the sorted array. */
class QuickselectTest {
  @Test
  void theNthNumberIsTheSortedOnes() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      int count = 1 + random.nextInt(40);
      int kinds = 1 + random.nextInt(50); // few kinds, many ties
      double[] numbers = random.ints(count + 3, 0, kinds).asDoubleStream().toArray();
      int index = random.nextInt(count);
      double[] sorted = Arrays.copyOf(numbers, count);
      Arrays.sort(sorted);
      double[] behind = Arrays.copyOfRange(numbers, count, count + 3);

      assertThat(Quickselect.nth(numbers, count, index))
          .as("seed %d", seed)
          .isEqualTo(sorted[index]);
      assertThat(Arrays.copyOfRange(numbers, count, count + 3)).isEqualTo(behind);
    }
  }
}
