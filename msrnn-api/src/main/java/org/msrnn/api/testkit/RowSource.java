package org.msrnn.api.testkit;

/** Where a simulation takes its attention rows from. */
@FunctionalInterface
interface RowSource {
  /**
   * The rows that a set's newest query gives, as the set's signals declare them.
   *
   * @return one array a row, longer than the set; not to be changed
   */
  float[][] rows(SimulatedKvSet set);
}
