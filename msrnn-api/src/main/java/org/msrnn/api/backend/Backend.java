package org.msrnn.api.backend;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.ScoreProgram;

/**
 * Memory and kernels of one device. Buffers, weights and states belong to the backend that made
 * them.
 */
public interface Backend extends AutoCloseable {
  /** Name and device, for results: {@code cpu (512-bit vectors, 2 threads)}. */
  String description();

  /** The kernels. */
  Kernels kernels();

  /**
   * Bytes of the device's memory that are not in use, as far as the backend knows. What needs more
   * is refused before it is begun.
   */
  default long room() {
    return Long.MAX_VALUE;
  }

  /**
   * Brings a weight matrix to the device, repacked as its kernels like it: part by part, see {@link
   * Tensor#parts}, or all of it, {@link Tensor#inMemory}. The tensor's memory is not used after the
   * call.
   *
   * @throws org.msrnn.api.BackendException if there is not memory enough
   */
  Weights upload(Tensor tensor);

  /**
   * Whether products with weights of a type are those of {@link RoundedInputs} in place of the
   * inputs themselves. The same for every kernel and every number of rows, so that results do not
   * depend on how tokens are fed.
   */
  default boolean roundsInputs(TensorType type) {
    return false;
  }

  /**
   * A zeroed float32 matrix for activations, norm weights and attention rows.
   *
   * @param rows rows, 1 or more
   * @param columns columns, 1 or more
   */
  Buffer allocate(int rows, int columns);

  /**
   * A zeroed key/value store for one slot space.
   *
   * @param heads KV heads that share the slots
   * @param headSize numbers in a head's key or value
   * @param capacity slots
   * @param type number format
   * @throws org.msrnn.api.BackendException if the type is not supported, naming those that are
   */
  KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type);

  /**
   * Slots whose occupants the device chooses itself, empty ones, or null if the backend does not
   * run this program. While they are open, attention over the store sees the states that they hold.
   *
   * @param program how states are scored
   * @param kv a store without such slots
   */
  default @Nullable ProgramSlots programSlots(ScoreProgram program, KvBuffer kv) {
    return null;
  }

  /** Gives all memory of the backend back. */
  @Override
  void close();
}
