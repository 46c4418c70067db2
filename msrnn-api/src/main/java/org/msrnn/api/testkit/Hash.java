package org.msrnn.api.testkit;

/** Numbers that follow from their coordinates alone, so that every replay sees the same. */
final class Hash {
  private Hash() {}

  /** A well mixed number: twice the finaliser of SplitMix64, coordinates spread by odd factors. */
  static long of(long seed, long a, long b, long c) {
    return mix(
        mix(seed + 0x9fb21c651e98df25L * a) + 0xd6e8feb86659fd93L * b + 0xa0761d6478bd642fL * c);
  }

  /** A number in [0, 1). */
  static double unit(long hash) {
    return (hash >>> 11) * 0x1p-53;
  }

  /** A number from {@code 0} to {@code bound - 1}. */
  static int below(long hash, int bound) {
    return (int) Math.floorMod(hash, (long) bound);
  }

  private static long mix(long z) {
    long x = z + 0x9e3779b97f4a7c15L;
    x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
