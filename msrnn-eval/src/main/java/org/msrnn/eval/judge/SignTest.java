package org.msrnn.eval.judge;

/** The exact sign test. */
final class SignTest {
  private SignTest() {}

  /**
   * The probability, were wins and losses equally likely, of a division at least as uneven: two
   * times the sum of C(n, i) / 2^n over i up to the smaller count, at most 1. Ties do not count.
   *
   * @param wins 0 or more
   * @param losses 0 or more
   */
  static double twoSided(int wins, int losses) {
    int n = Math.addExact(wins, losses);
    int smaller = Math.min(wins, losses);
    double logTerm = -n * Math.log(2); // 2^-n itself is 0 for large n
    double tail = 0;
    for (int i = 0; i <= smaller; i++) {
      tail += Math.exp(logTerm);
      logTerm += Math.log((double) (n - i) / (i + 1));
    }
    return Math.min(1, 2 * tail);
  }
}
