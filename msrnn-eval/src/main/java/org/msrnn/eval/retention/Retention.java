package org.msrnn.eval.retention;

import java.util.List;
import java.util.stream.IntStream;
import org.msrnn.eval.task.StateFigures;

/**
 * Who was kept until when while some tokens were fed as one prompt.
 *
 * @param tokens tokens fed
 * @param states k, the states that a set may keep after a step; all tokens if it is unbounded
 * @param sets one for each layer, or for each layer and KV head where those keep sets of their own
 * @param state how large the multi-state became
 */
public record Retention(int tokens, int states, List<SetRetention> sets, StateFigures state) {
  /** Lives that a result holds at most: 4,096 tokens of 256 sets, about 2 MB. */
  private static final long MOST_LIVES = 1L << 20;

  /** An immutable copy. */
  public Retention {
    sets = List.copyOf(sets);
  }

  /** Whether every layer is there, with as many sets as the others. */
  boolean isWhole() {
    int heads = Math.max(1, (int) sets.stream().filter(set -> set.layer() == 0).count());
    return IntStream.range(0, sets.size()).allMatch(i -> sets.get(i).layer() == i / heads);
  }

  /**
   * What a result holds of this: all sets, or where those are many as many as fit, evenly spread
   * over layers and heads, the first and the last among them.
   */
  public Retention forResult() {
    int most = (int) Math.max(2, MOST_LIVES / Math.max(1, tokens));
    if (sets.size() <= most) {
      return this;
    }
    return new Retention(
        tokens,
        states,
        IntStream.range(0, most)
            .mapToObj(i -> sets.get((int) ((long) i * (sets.size() - 1) / (most - 1))))
            .toList(),
        state);
  }
}
