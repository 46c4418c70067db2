package org.msrnn.eval.retention;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.KvSet;

/** Notes of one set's decisions. */
final class SetLog {
  private final long window;

  /** For each position, the tokens fed when its state was last kept after a step. */
  final int[] keptUntil;

  private long held;
  private long summed;

  /**
   * Nothing noted.
   *
   * @param tokens positions that there will be
   * @param window newest positions that a query of the layer sees
   */
  SetLog(int tokens, long window) {
    this.window = window;
    this.keptUntil = new int[tokens];
    if (window < Long.MAX_VALUE) {
      Arrays.setAll(keptUntil, p -> (int) Math.min(tokens, p + window));
    }
  }

  /** What a set holds at a decision it has held after the step before; the newest came since. */
  void look(KvSet set) {
    long before = set.queries() - 1;
    for (int e = 0; e < set.size(); e++) {
      int position = (int) set.position(e);
      keptUntil[position] = (int) Math.max(keptUntil[position], before);
    }
    sum(before, set.size() - 1L);
  }

  /** Steps from the last decision to this one: the set grew by one state at each. */
  private void sum(long to, long size) {
    long steps = to - summed + 1;
    if (steps > 0) {
      held += steps * size - steps * (steps - 1) / 2;
      summed = to + 1;
    }
  }

  /** In a layer with a sliding window: what leaves at a decision was last kept before it. */
  void drop(KvSet set, double[] scores) {
    int excess = set.size() - set.budget();
    IntStream.range(0, set.size())
        .filter(entry -> !set.pinned(entry))
        .boxed()
        .sorted(Comparator.comparingDouble(entry -> scores[entry] + 0.0)) // -0.0 is 0.0; stable
        .limit(Math.max(0, excess))
        .forEach(entry -> keptUntil[(int) set.position(entry)] = (int) set.queries() - 1);
  }

  /** Takes in what is kept to the end. */
  void end(long[] kept, int tokens) {
    for (long position : kept) {
      keptUntil[(int) position] = tokens;
    }
    sum(tokens, kept.length);
  }

  /** The sum over all steps of the set's size; null with a sliding window, where it is not seen. */
  @Nullable Long held() {
    return window < Long.MAX_VALUE ? null : (Long) held;
  }
}
