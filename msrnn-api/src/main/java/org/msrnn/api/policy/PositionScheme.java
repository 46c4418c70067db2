package org.msrnn.api.policy;

/**
 * At which positions keys and queries are rotated (RoPE) once states have been evicted between
 * them. Immutable and thread-safe. Its {@code toString} names it with all its options, since saved
 * states and results are known by it.
 */
public interface PositionScheme {
  /** Every token keeps its own position; the gaps that evictions leave stay. */
  PositionScheme ORIGINAL =
      new PositionScheme() {
        @Override
        public boolean rotatesAtRead() {
          return false;
        }

        @Override
        public void map(long[] positions, int size, double[] into) {
          for (int i = 0; i < size; i++) {
            into[i] = positions[i];
          }
        }

        @Override
        public String toString() {
          return "original";
        }
      };

  /**
   * A token's position is its rank among the kept states, 0 for the oldest (StreamingLLM, arXiv
   * 2309.17453, section 3.2). Gaps vanish, and no position exceeds k.
   */
  PositionScheme IN_CACHE =
      new PositionScheme() {
        @Override
        public boolean rotatesAtRead() {
          return true;
        }

        @Override
        public void map(long[] positions, int size, double[] into) {
          for (int i = 0; i < size; i++) {
            into[i] = i;
          }
        }

        @Override
        public String toString() {
          return "in-cache";
        }
      };

  /**
   * Whether positions change with evictions. Then keys are stored without rotation and rotated each
   * time they are read; otherwise {@link #map} is never called.
   */
  boolean rotatesAtRead();

  /**
   * Positions used in place of the true ones. The query is the newest entry's, so it is rotated at
   * {@code into[size - 1]}.
   *
   * @param positions true positions of the kept states, ascending; {@code size} are in use
   * @param size states kept, the newest included
   * @param into filled with the positions to rotate at; may be fractional
   */
  void map(long[] positions, int size, double[] into);
}
