package org.msrnn.core.random;

/**
 * The generator of {@link java.util.SplittableRandom}, as functions (SplitMix64, Steele et al.).
 */
public final class SplitMix {
  /** What a seed grows by from number to number. */
  public static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private SplitMix() {}

  /** The first number of a generator with this seed. */
  public static long mix(long seed) {
    long z = seed + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** A number's upper bits as one from 0 to below 1. */
  public static double uniform(long number) {
    return (number >>> 11) * 0x1.0p-53;
  }
}
