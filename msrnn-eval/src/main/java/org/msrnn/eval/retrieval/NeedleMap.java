package org.msrnn.eval.retrieval;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;

/**
 * One needle at every depth of every length. The same needle and the same story stand at all of
 * them, so that nothing else differs between two cells of the map.
 *
 * @param lengths tokens of prompt and answer together
 * @param depths how many depths, at equal distances from the beginning of the story to its end; a
 *     single one is the middle
 * @param items questions for each length and depth
 * @param needle the needle; null for that of RULER's {@code niah_single_2}
 */
public record NeedleMap(
    List<Integer> lengths, int depths, int items, @Nullable GivenNeedle needle) {
  /** The kind of its items. */
  public static final String KIND = "needle_map";

  /** Copies the lengths. */
  public NeedleMap {
    lengths = List.copyOf(lengths);
    if (depths < 1 || depths > 1001) {
      throw new InvalidOptionException("needle-depths", Integer.toString(depths), "1 to 1001");
    }
  }

  /** The depths, from 0 to 1. */
  List<Double> shares() {
    return IntStream.range(0, depths)
        .mapToObj(i -> depths == 1 ? 0.5 : i / (depths - 1.0))
        .toList();
  }
}
