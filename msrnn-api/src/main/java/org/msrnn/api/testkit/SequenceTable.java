package org.msrnn.api.testkit;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.Signals;

/**
 * The attention rows, keys, values and queries of one sequence, each computed once, since every
 * rule asks for the same ones. Not thread-safe.
 */
final class SequenceTable implements RowSource, VectorSource {
  private final AttentionSource attention;
  private final VectorSource vectors;
  private final int headSize;
  private final @Nullable Seen[][] seen;
  private final float[][][] @Nullable [] numbers;

  /** Rows over a set. */
  private record Seen(Signals signals, long[] positions, float[][] rows) {
    boolean fits(SimulatedKvSet set) {
      return signals.rows() == set.signals().rows()
          && signals.reduce() == set.signals().reduce()
          && signals.logits() == set.signals().logits()
          && set.holds(positions);
    }
  }

  /**
   * An empty table.
   *
   * @param tokens tokens of the sequence
   */
  SequenceTable(SimulatedLayer layer, AttentionSource attention, int tokens) {
    this.attention = attention;
    this.vectors = VectorSource.random(layer);
    this.headSize = layer.headSize();
    this.seen = new Seen[1 + layer.kvHeads()][tokens];
    this.numbers = new float[Kind.values().length][layer.kvHeads() * layer.group()][tokens][];
  }

  @Override
  public float[][] rows(SimulatedKvSet set) {
    int query = (int) set.position(set.size() - 1);
    Seen found = seen[1 + set.kvHead()][query];
    if (found == null || !found.fits(set)) {
      float[][] rows = SimulatedRow.rows(attention, set);
      found = new Seen(set.signals(), set.positions(), rows);
      seen[1 + set.kvHead()][query] = found;
    }
    return found.rows;
  }

  @Override
  public float number(Kind kind, int head, long position, int index) {
    float[] @Nullable [] ofHead = numbers[kind.ordinal()][head];
    float[] vector = ofHead[(int) position];
    if (vector == null) {
      vector = new float[headSize];
      for (int i = 0; i < headSize; i++) {
        vector[i] = vectors.number(kind, head, position, i);
      }
      ofHead[(int) position] = vector;
    }
    return vector[index];
  }
}
