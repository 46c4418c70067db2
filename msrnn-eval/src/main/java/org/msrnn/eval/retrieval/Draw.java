package org.msrnn.eval.retrieval;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What a question is made from.
 *
 * @param number which of its kind, from 0
 * @param random what is drawn, before the size is known
 * @param room the tokens it may take
 * @param material words, prose and documents
 * @param depth where the answer is to stand, from 0 to 1; null to draw it
 */
record Draw(int number, Random random, Room room, Material material, @Nullable Double depth) {

  /** The depth asked for, or any other. */
  double anyDepth() {
    return depth == null ? random.nextDouble() : depth;
  }

  /** A source of random numbers of its own, the same for the same seed and name. */
  static Random random(long seed, int number, String name) {
    return new Random(mix(seed * 1_000_003 + 31L * number + name.hashCode()));
  }

  /** Neighbouring numbers give unrelated streams (SplitMix64's finaliser). */
  static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }
}
