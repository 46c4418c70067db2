package org.msrnn.eval.report;

import java.util.Arrays;
import org.msrnn.eval.task.KeptMap;

/** A kept-token map in a sentence, for those who do not see it. */
final class MapWords {
  private MapWords() {}

  static String of(KeptMap map, int index) {
    KeptMap.LayerMap layer = map.layers().get(index);
    int[] until = layer.keptUntil();
    int end = map.tokens();
    int kept = 0;
    int oldest = -1;
    int[] stays = new int[until.length];
    int gone = 0;
    for (int p = 0; p < until.length; p++) {
      if (until[p] == end) {
        kept++;
        oldest = oldest < 0 ? p : oldest;
      } else {
        stays[gone++] = Math.max(0, until[p] - p);
      }
    }
    Arrays.sort(stays, 0, gone);
    return "Layer "
        + layer.layer()
        + ": "
        + kept
        + " states at the end, the oldest of position "
        + oldest
        + "; "
        + (gone == 0
            ? "none was dropped."
            : "a dropped one had stayed "
                + Numbers.count(stays[gone / 2])
                + " steps in the median, "
                + Numbers.count(stays[gone - 1])
                + " at most.");
  }
}
