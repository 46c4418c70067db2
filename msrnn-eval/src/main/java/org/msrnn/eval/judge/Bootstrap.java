package org.msrnn.eval.judge;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The percentile bootstrap of the win rate minus the loss rate (Efron 1979): pairs are drawn with
 * replacement, as many as there are.
 *
 * @param low lower end of the interval of 95 %
 * @param high upper end
 */
record Bootstrap(double low, double high) {
  private static final int RESAMPLES = 10_000;
  private static final double OUTSIDE = 0.025;

  /**
   * Draws.
   *
   * @param seed seed of the draws
   * @throws IllegalArgumentException if there is no pair
   */
  static Bootstrap ofDifference(int wins, int ties, int losses, long seed) {
    int n = Math.addExact(wins, Math.addExact(ties, losses));
    if (n == 0) {
      throw new IllegalArgumentException("no pair to draw from");
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] differences = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      int sum = 0;
      for (int i = 0; i < n; i++) {
        int pair = random.nextInt(n);
        sum += pair < wins ? 1 : pair < wins + losses ? -1 : 0;
      }
      differences[r] = (double) sum / n;
    }
    Arrays.sort(differences);
    int below = (int) (OUTSIDE * RESAMPLES);
    return new Bootstrap(differences[below], differences[RESAMPLES - 1 - below]);
  }
}
