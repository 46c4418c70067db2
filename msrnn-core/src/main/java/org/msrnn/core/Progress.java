package org.msrnn.core;

/** Is told how far a long work has come. */
@FunctionalInterface
public interface Progress {
  /** Tells nobody. */
  Progress NONE = (done, total) -> {};

  /** So much of so much is done, in a unit of the work's own. */
  void update(long done, long total);
}
