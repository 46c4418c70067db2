package org.msrnn.core.sampling;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.NonFiniteException;

/**
 * Draws the next token: greedy, or from the softmax at a temperature, cut to the smallest set of
 * tokens whose probability reaches top-p (nucleus sampling, arXiv 1904.09751).
 *
 * <p>A draw follows from seed and position alone, so a state that was saved, forked or restored
 * goes on as it would have. Not thread-safe: it reuses scratch memory.
 */
public final class Sampler {
  private final double temperature;
  private final double topP;
  private final long seed;
  private double[] probabilities = new double[0];
  private long[] order = new long[0];

  /**
   * A sampler.
   *
   * @param temperature 0 for greedy; from 0 to 100
   * @param topP above 0, up to 1 for all tokens
   * @param seed seed of the draws
   */
  public Sampler(double temperature, double topP, long seed) {
    if (!(temperature >= 0 && temperature <= 100)) {
      throw new InvalidOptionException("temp", Double.toString(temperature), "0 to 100");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new InvalidOptionException("top-p", Double.toString(topP), "above 0, up to 1");
    }
    this.temperature = temperature;
    this.topP = topP;
    this.seed = seed;
  }

  /** The most probable token; of equals the one with the lowest id. */
  public static Sampler greedy() {
    return new Sampler(0, 1, 0);
  }

  /**
   * The next token.
   *
   * @param logits {@code [vocabulary]}
   * @param position position that the token will have
   * @throws NonFiniteException if a logit is not finite
   */
  public int next(float[] logits, long position) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        throw new NonFiniteException("the logit of token " + i + " is " + logits[i]);
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return temperature == 0 ? best : draw(logits, logits[best], position);
  }

  private int draw(float[] logits, float highest, long position) {
    int n = logits.length;
    if (probabilities.length != n) {
      probabilities = new double[n];
      order = new long[n];
    }
    double total = 0;
    for (int i = 0; i < n; i++) {
      probabilities[i] = Math.exp((logits[i] - highest) / temperature);
      total += probabilities[i];
    }
    sortByProbability();
    double mass = 0;
    int kept = 0;
    while (kept < n && (kept == 0 || mass < topP * total)) {
      mass += probabilities[(int) order[kept]];
      kept++;
    }
    double target = new SplittableRandom(seed ^ position * 0x9e3779b97f4a7c15L).nextDouble() * mass;
    for (int i = 0; i < kept; i++) {
      target -= probabilities[(int) order[i]];
      if (target < 0) {
        return (int) order[i];
      }
    }
    return (int) order[kept - 1];
  }

  /** Token ids in {@link #order}, the most probable first; equals by id. */
  private void sortByProbability() {
    for (int i = 0; i < order.length; i++) {
      // positive floats order as their bits do; the id in the lower half breaks ties
      long bits = Float.floatToRawIntBits((float) probabilities[i]);
      order[i] = -bits << 32 | i;
    }
    Arrays.sort(order);
    for (int i = 0; i < order.length; i++) {
      order[i] &= 0xffffffffL;
    }
  }
}
