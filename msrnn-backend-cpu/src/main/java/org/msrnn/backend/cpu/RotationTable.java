package org.msrnn.backend.cpu;

import java.util.Arrays;
import org.msrnn.api.backend.Rope;

/**
 * Cosines and sines of the positions met lately. They are computed in double and kept as floats:
 * the layers of a model ask for the same ones, one after the other.
 */
final class RotationTable {
  private static final int ENTRIES = 1024; // a power of two

  private final Rope rope;
  private final int half;
  private final double[] positions = new double[ENTRIES];
  final float[] cos;
  final float[] sin;

  RotationTable(Rope rope) {
    this.rope = rope;
    this.half = rope.pairs();
    this.cos = new float[ENTRIES * half];
    this.sin = new float[ENTRIES * half];
    Arrays.fill(positions, Double.NaN);
  }

  /** Whether the numbers are those of a rope. */
  boolean isOf(Rope other) {
    if (rope == other) {
      return true;
    }
    boolean same = half == other.pairs() && rope.magnitude() == other.magnitude();
    for (int i = 0; same && i < half; i++) {
      same = rope.frequency(i) == other.frequency(i);
    }
    return same;
  }

  /** Pairs that are rotated. */
  int half() {
    return half;
  }

  /** Where the numbers of a position start in {@link #cos} and {@link #sin}. */
  int at(double position) {
    int entry = (int) ((long) position & ENTRIES - 1);
    int at = entry * half;
    if (positions[entry] != position) {
      for (int i = 0; i < half; i++) {
        double angle = position * rope.frequency(i);
        cos[at + i] = (float) (Math.cos(angle) * rope.magnitude());
        sin[at + i] = (float) (Math.sin(angle) * rope.magnitude());
      }
      positions[entry] = position;
    }
    return at;
  }
}
