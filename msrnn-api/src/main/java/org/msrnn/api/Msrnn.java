package org.msrnn.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A decoder-only transformer as a multi-state RNN: a loaded model on a backend (arXiv 2401.06104,
 * section 3).
 *
 * <p>The order in each layer at each step is: append the new state, attend over the at most k + 1
 * states, let the policy observe, drop the excess.
 *
 * <p>Calls are serialised: one step or feed runs at a time and uses the backend's full parallelism.
 * To run many sequences, feed them in one batch.
 *
 * <p>A call that fails before it starts (a token out of range, a state of another model) leaves the
 * states as they were. One that fails on the way (a policy that breaks its contract, a number that
 * is not finite) leaves them between two steps: such a state can only be restored or closed.
 */
public interface Msrnn extends AutoCloseable {
  /** The model in figures. */
  ModelInfo model();

  /**
   * What tells this model from every other: SHA-256 of its files, hexadecimal. The first call reads
   * them once more, seconds for a large model; what it finds is kept. Works after {@link #close},
   * and does not wait for steps.
   *
   * @throws ModelFileException if a file is not the one that was loaded any more
   */
  String digest();

  /**
   * An empty multi-state.
   *
   * @throws InvalidOptionException if the specification does not fit the model or itself
   */
  MultiState start(StateSpec spec);

  /**
   * One step: feeds one token.
   *
   * @param state the state, changed by the call
   * @param token a token id, from 0 to vocabulary - 1
   * @param logits {@code [vocabulary]}, filled with the logits of the next token
   * @throws NonFiniteException if a logit or an attention weight is not finite
   */
  void step(MultiState state, int token, float[] logits);

  /**
   * One step of many sequences in one pass over the weights. Results do not depend on which
   * sequences share a batch.
   *
   * @param states the states, all different
   * @param tokens one token a state
   * @param logits {@code [states][vocabulary]}
   */
  void step(List<? extends MultiState> states, int[] tokens, float[][] logits);

  /**
   * Feeds known tokens layer by layer under the state's regime. Exact: the state afterwards and the
   * logits are those of the same tokens fed one at a time, where the regime is stepwise.
   *
   * @param state the state, changed by the call
   * @param tokens token ids
   * @param sink where the logits go
   */
  void feed(MultiState state, int[] tokens, LogitsSink sink);

  /**
   * Reads a saved multi-state.
   *
   * @param in what {@link MultiState#save} wrote
   * @param spec the specification it was started with
   * @throws StateFileException if the bytes are damaged, or the model or specification is another
   * @throws ModelFileException as {@link #digest}, which is compared
   * @throws IOException if the stream fails
   */
  MultiState load(InputStream in, StateSpec spec) throws IOException;

  /** Gives weights and device memory back. States of this model become unusable. */
  @Override
  void close();
}
