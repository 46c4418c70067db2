package org.msrnn.api;

import java.io.IOException;
import java.io.OutputStream;

/**
 * All that is carried from step to step for one sequence: the key/value sets of all layers with
 * their positions, the policy's columns and the counters (H in arXiv 2401.06104, section 3.1).
 *
 * <p>It is a value: {@link #fork} and {@link #save} give an independent copy from which the same
 * future follows. It belongs to the {@link Msrnn} that started it. Not thread-safe; different
 * multi-states of one model may be used one after the other from any thread.
 */
public interface MultiState extends AutoCloseable {
  /** What this state was asked to be. */
  StateSpec spec();

  /** Tokens fed so far; the next token gets this position. */
  long tokens();

  /**
   * Positions kept at a layer, ascending.
   *
   * @param layer the layer, from 0
   * @param kvHead the KV head, from 0; with granularity {@code layer} all heads give the same
   */
  long[] kept(int layer, int kvHead);

  /** The most single states that any layer or KV head holds now. */
  int states();

  /** The most single states that any layer or KV head ever held after a step. */
  int peakStates();

  /**
   * Single states that have left so far, summed over all sets (a layer's, or a KV head's): dropped
   * by the policy, or passed by a sliding window of the model.
   */
  long evictions();

  /** Bytes of keys and values that the kept states take now. */
  long bytes();

  /** Bytes set aside for keys and values, free slots included. */
  long reservedBytes();

  /** An independent copy; both go on from here. */
  MultiState fork();

  /**
   * Makes this state equal to another one of the same model and specification, without giving its
   * own memory back: return to a fork taken earlier.
   *
   * @throws StateFileException if the other state has another specification or model
   */
  void restore(MultiState other);

  /**
   * Writes this state in msrnn's own format (docs/multi-state-file.md); {@link Msrnn#load} reads
   * it.
   *
   * @throws ModelFileException as {@link Msrnn#digest}, which is part of it
   * @throws IOException if the stream fails
   */
  void save(OutputStream out) throws IOException;

  /** Gives the memory back. Later calls fail with {@link IllegalStateException}. */
  @Override
  void close();
}
