package org.msrnn.api.policy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/** States that each layer, or each KV head of each layer, may keep. Immutable. */
public final class Budgets {
  private final int[][] states;

  private Budgets(int[][] states) {
    this.states = states;
  }

  /** The same budget everywhere. */
  public static Budgets uniform(int layers, int kvHeads, int states) {
    int[] all = new int[layers];
    Arrays.fill(all, states);
    return byLayer(all, kvHeads);
  }

  /**
   * Budgets by layer: all KV heads of a layer have the same.
   *
   * @param states a budget for each layer, each 1 or more
   */
  public static Budgets byLayer(int[] states, int kvHeads) {
    int[][] all = new int[states.length][kvHeads];
    for (int l = 0; l < states.length; l++) {
      Arrays.fill(all[l], states[l]);
    }
    return of(all);
  }

  /**
   * Budgets by layer and KV head.
   *
   * @param states {@code [layers][kvHeads]}, each 1 or more; with granularity {@code layer} all
   *     heads of a layer have the same
   */
  public static Budgets of(int[][] states) {
    int[][] copy = new int[states.length][];
    for (int l = 0; l < states.length; l++) {
      copy[l] = states[l].clone();
      for (int budget : copy[l]) {
        if (budget < 1) {
          throw new IllegalArgumentException("layer " + l + " has a budget of " + budget);
        }
      }
    }
    return new Budgets(copy);
  }

  /**
   * Splits a number of states by weights, exactly: proportional shares are rounded down, and what
   * is left goes to those that lost most by it, of equal ones to the first (largest remainder).
   * What would get fewer than {@code least} gets that, and the others share the rest. Computed in
   * whole numbers, so that no rounding decides.
   *
   * @param total what is to be split, at least {@code least} for each weight
   * @param weights finite and 0 or more, at least one of them; all 0 means all equal
   * @param least the smallest share
   * @return a share for each weight; their sum is {@code total}
   * @throws IllegalArgumentException if {@code total} is too small or a weight is no weight
   * @throws ArithmeticException if a share is larger than an {@code int}
   */
  public static int[] share(long total, double[] weights, int least) {
    if (weights.length == 0 || least < 0 || total < (long) weights.length * least) {
      throw new IllegalArgumentException(
          total + " states cannot be split in " + weights.length + " shares of " + least);
    }
    BigInteger[] exact = exact(weights);
    boolean[] raised = new boolean[weights.length];
    long rest = total;
    BigInteger sum = sum(exact, raised);
    for (int i = lowest(exact, raised, rest, sum, least); i >= 0; ) {
      raised[i] = true;
      rest -= least;
      sum = sum.subtract(exact[i]);
      i = lowest(exact, raised, rest, sum, least);
    }
    return largestRemainder(exact, raised, rest, sum, least);
  }

  /** Weights times a power of ten that makes them whole numbers; ones if all are 0. */
  private static BigInteger[] exact(double[] weights) {
    BigDecimal[] decimals = new BigDecimal[weights.length];
    int scale = 0;
    boolean none = true;
    for (int i = 0; i < weights.length; i++) {
      if (!Double.isFinite(weights[i]) || weights[i] < 0) {
        throw new IllegalArgumentException(
            "weight " + i + " is " + weights[i] + "; weights are finite numbers, 0 or more");
      }
      decimals[i] = new BigDecimal(weights[i]);
      scale = Math.max(scale, decimals[i].scale());
      none &= weights[i] == 0;
    }
    BigInteger[] exact = new BigInteger[weights.length];
    for (int i = 0; i < weights.length; i++) {
      exact[i] = none ? BigInteger.ONE : decimals[i].setScale(scale).unscaledValue();
    }
    return exact;
  }

  private static BigInteger sum(BigInteger[] exact, boolean[] raised) {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < exact.length; i++) {
      sum = raised[i] ? sum : sum.add(exact[i]);
    }
    return sum;
  }

  /** The lowest of the others whose proportional share of the rest is below the least; or -1. */
  private static int lowest(
      BigInteger[] exact, boolean[] raised, long rest, BigInteger sum, int least) {
    int lowest = -1;
    for (int i = 0; i < exact.length; i++) {
      if (!raised[i] && (lowest < 0 || exact[i].compareTo(exact[lowest]) < 0)) {
        lowest = i;
      }
    }
    if (lowest < 0) {
      return -1;
    }
    BigInteger share = exact[lowest].multiply(BigInteger.valueOf(rest));
    return share.compareTo(sum.multiply(BigInteger.valueOf(least))) < 0 ? lowest : -1;
  }

  private static int[] largestRemainder(
      BigInteger[] exact, boolean[] raised, long rest, BigInteger sum, int least) {
    int[] shares = new int[exact.length];
    BigInteger[] remainders = new BigInteger[exact.length];
    long left = rest;
    for (int i = 0; i < exact.length; i++) {
      remainders[i] = BigInteger.ONE.negate();
      shares[i] = least;
      if (!raised[i]) {
        BigInteger[] parts = exact[i].multiply(BigInteger.valueOf(rest)).divideAndRemainder(sum);
        shares[i] = parts[0].intValueExact();
        remainders[i] = parts[1];
        left -= shares[i];
      }
    }
    for (; left > 0; left--) {
      int most = 0;
      for (int i = 1; i < exact.length; i++) {
        most = remainders[i].compareTo(remainders[most]) > 0 ? i : most;
      }
      shares[most] = Math.addExact(shares[most], 1);
      remainders[most] = BigInteger.ONE.negate();
    }
    return shares;
  }

  /** The most states that a KV head of a layer may keep. */
  public int states(int layer, int kvHead) {
    return states[layer][kvHead];
  }

  /** Number of layers. */
  public int layers() {
    return states.length;
  }

  /** Number of KV heads of a layer. */
  public int kvHeads(int layer) {
    return states[layer].length;
  }

  /** The sum of all budgets, over layers and KV heads. */
  public long total() {
    long total = 0;
    for (int[] layer : states) {
      for (int budget : layer) {
        total += budget;
      }
    }
    return total;
  }
}
