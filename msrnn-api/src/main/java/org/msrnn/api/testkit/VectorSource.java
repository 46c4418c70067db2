package org.msrnn.api.testkit;

/**
 * Keys, values and query vectors that a test makes up. A pure function, finite. Without one of its
 * own a {@link PolicySimulation} has {@link #random}.
 */
@FunctionalInterface
public interface VectorSource {
  /** What a vector is. */
  enum Kind {
    /** A stored key. */
    KEY,
    /** A stored value. */
    VALUE,
    /** A query before its rotation. */
    QUERY
  }

  /**
   * A number of a vector.
   *
   * @param kind what the vector is
   * @param head KV head of the layer, or query head of the layer for a query
   * @param position position of the token
   * @param index which number, from 0 to the head size - 1
   */
  float number(Kind kind, int head, long position, int index);

  /** Numbers from -1 to 1 that follow from the layer's seed. */
  static VectorSource random(SimulatedLayer layer) {
    return (kind, head, position, index) -> {
      long place = Hash.of(layer.seed(), 1 + kind.ordinal(), layer.layer(), head);
      return (float) (2 * Hash.unit(Hash.of(place, position, index, 0)) - 1);
    };
  }
}
