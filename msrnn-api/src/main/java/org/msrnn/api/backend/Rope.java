package org.msrnn.api.backend;

/**
 * Rotary position embedding (arXiv 2104.09864) of one layer kind. Number i of a head's first half
 * of the rotated part is paired with number i of its second half; files whose pairs are neighbours
 * are reordered when they are loaded. The pair (a, b) at position p becomes (a cos - b sin, a sin +
 * b cos) with the angle {@code p * frequencies[i]}, times {@code magnitude}. Angles are computed in
 * double.
 */
public final class Rope {
  private final double[] frequencies;
  private final double magnitude;

  /**
   * A rotation.
   *
   * @param frequencies radians a position, one for each pair; twice as many numbers of a head are
   *     rotated, the rest stay
   * @param magnitude factor on cosine and sine, 1 but for YaRN
   */
  public Rope(double[] frequencies, double magnitude) {
    this.frequencies = frequencies.clone();
    this.magnitude = magnitude;
  }

  /**
   * The plain form: frequency i is {@code base^(-2 i / rotated)}.
   *
   * @param rotated how many numbers of a head are rotated, even
   * @param base theta, 10,000 in the paper
   */
  public static Rope of(int rotated, double base) {
    double[] frequencies = new double[rotated / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(base, -2.0 * i / rotated);
    }
    return new Rope(frequencies, 1);
  }

  /**
   * Turns a rotated head back to what it was before.
   *
   * @param head numbers of the head, from {@code at}; changed in place
   * @param position the position that it is rotated at
   */
  public void undo(float[] head, int at, double position) {
    int pairs = frequencies.length;
    for (int i = 0; i < pairs; i++) {
      double angle = position * frequencies[i];
      double cos = Math.cos(angle) / magnitude;
      double sin = Math.sin(angle) / magnitude;
      double a = head[at + i];
      double b = head[at + pairs + i];
      head[at + i] = (float) (a * cos + b * sin);
      head[at + pairs + i] = (float) (b * cos - a * sin);
    }
  }

  /** Number of pairs that are rotated. */
  public int pairs() {
    return frequencies.length;
  }

  /** Radians a position of a pair. */
  public double frequency(int pair) {
    return frequencies[pair];
  }

  /** Factor on cosine and sine. */
  public double magnitude() {
    return magnitude;
  }
}
