package org.msrnn.api.backend;

import java.util.function.IntConsumer;

/**
 * The kernels of a decoder. They run in the order of the calls and may run later than the call;
 * only {@link #read} and {@link #readState} wait. Called from one thread at a time, except from
 * within {@link #parallel}.
 *
 * <p>Default methods are the plain meaning of a fused kernel; a backend overrides one where it has
 * a faster way, and the kernel contract compares the two.
 *
 * <p>Buffers are {@code [rows, columns]}; a kernel works on the first {@code rows} rows unless it
 * says otherwise. Outputs must not alias inputs unless the kernel works in place.
 */
public interface Kernels {
  /**
   * Rows of an embedding table.
   *
   * @param table {@code [vocabulary, width]}
   * @param tokens token ids, each checked by the caller
   * @param first index of the first token
   * @param rows number of tokens
   * @param out {@code [rows, width]}
   */
  void embed(Weights table, int[] tokens, int first, int rows, Buffer out);

  /**
   * Root-mean-square norm (arXiv 1910.07467) of each group of {@code weight.columns()} neighbours
   * in a row: {@code out = x / sqrt(mean(x^2) + epsilon) * weight}. May work in place.
   *
   * @param x {@code [rows, a multiple of weight.columns()]}
   * @param weight {@code [1, n]}
   */
  void rmsNorm(Buffer x, Buffer weight, float epsilon, int rows, Buffer out);

  /**
   * Matrix product {@code out[t][r] = sum_c w[r][c] * x[t][c]}, of {@link RoundedInputs} where the
   * backend says so for the type of the weights.
   *
   * @param x {@code [rows, w.columns()]}, from row {@code firstRow}
   * @param out {@code [rows, w.rows()]}, from row 0
   */
  void matmul(Weights w, Buffer x, int firstRow, int rows, Buffer out);

  /** {@code x += y}, elementwise; a y of one row is added to every row (a bias). */
  void add(Buffer x, Buffer y, int rows);

  /** {@code x *= factor}. */
  void scale(Buffer x, float factor, int rows);

  /** {@code x = cap * tanh(x / cap)}. */
  void softCap(Buffer x, float cap, int rows);

  /** {@code gate = activation(gate) * up}, elementwise. */
  void gate(Activation activation, Buffer gate, Buffer up, int rows);

  /**
   * Rotates heads in place.
   *
   * @param x {@code [.., heads of the layer * head size]}
   * @param row first row
   * @param rows number of rows
   * @param heads which heads of a row
   * @param positions position of row {@code row + i} at index i; may be fractional
   */
  void rope(Buffer x, int row, int rows, Heads heads, Rope rope, double[] positions);

  /**
   * Stores keys and values of some tokens in slots, one a token.
   *
   * @param k keys, {@code [.., KV heads of the layer * head size]}
   * @param v values, the shape of {@code k}
   * @param row the first token's row
   * @param rows number of tokens
   * @param firstKvHead the layer's KV head that goes to head 0 of {@code kv}
   * @param slots the slot of row {@code row + i} at index i: all different, below {@code
   *     kv.capacity()}
   */
  void append(Buffer k, Buffer v, int row, int rows, int firstKvHead, KvBuffer kv, int[] slots);

  /**
   * Softmax attention over slots: for each query and each query head {@code h} of the space, {@code
   * out = sum_s softmax_s(scale * q . k_s) v_s} over the visible slots, with KV head {@code h /
   * group}.
   */
  void attend(AttentionCall call);

  /**
   * Waits, then copies {@code count} numbers of some rows, each from its start.
   *
   * @param row the first row
   * @param rows number of rows
   * @param into {@code [rows * count]} or longer, row after row
   */
  void read(Buffer from, int row, int rows, int count, float[] into);

  /** Waits, then copies {@code count} numbers of a row from its start. */
  default void read(Buffer from, int row, int count, float[] into) {
    read(from, row, 1, count, into);
  }

  /** Copies numbers into a row from its start. */
  void write(float[] from, Buffer into, int row);

  /** Waits, then copies a slot's key and value of one head, decoded to float32. */
  void readState(KvBuffer kv, int head, int slot, float[] key, float[] value);

  /**
   * Waits, then copies keys and values of some states of one head, decoded to float32.
   *
   * @param slots the slot of state i at index i
   * @param count how many
   * @param keys {@code [count * head size]} or longer, state after state
   * @param values the shape of {@code keys}
   */
  default void readStates(
      KvBuffer kv, int head, int[] slots, int count, float[] keys, float[] values) {
    int size = kv.headSize();
    float[] key = new float[size];
    float[] value = new float[size];
    for (int i = 0; i < count; i++) {
      readState(kv, head, slots[i], key, value);
      System.arraycopy(key, 0, keys, i * size, size);
      System.arraycopy(value, 0, values, i * size, size);
    }
  }

  /**
   * Whether a read waits for a device, so that one of many numbers is much cheaper than many of
   * few.
   */
  default boolean readsWait() {
    return false;
  }

  /** Stores a slot's key and value of one head. */
  void writeState(float[] key, float[] value, KvBuffer kv, int head, int slot);

  /**
   * Copies states, all heads of each, to another store of the same heads, head size and format.
   *
   * @param slots where they are in {@code from}
   * @param count how many
   * @param toSlots where they go in {@code to}
   */
  default void copyStates(KvBuffer from, int[] slots, int count, KvBuffer to, int[] toSlots) {
    float[] key = new float[from.headSize()];
    float[] value = new float[from.headSize()];
    for (int h = 0; h < from.heads(); h++) { // a head's states are neighbours in memory
      for (int i = 0; i < count; i++) {
        readState(from, h, slots[i], key, value);
        writeState(key, value, to, h, toSlots[i]);
      }
    }
  }

  /** Queries, keys and values of the same input. */
  default void qkv(
      Weights wq, Weights wk, Weights wv, Buffer x, int rows, Buffer q, Buffer k, Buffer v) {
    matmul(wq, x, 0, rows, q);
    matmul(wk, x, 0, rows, k);
    matmul(wv, x, 0, rows, v);
  }

  /** {@code gate = activation(gateWeights x) * (upWeights x)}; {@code up} is scratch. */
  default void gated(
      Activation activation,
      Weights gateWeights,
      Weights upWeights,
      Buffer x,
      int rows,
      Buffer gate,
      Buffer up) {
    matmul(gateWeights, x, 0, rows, gate);
    matmul(upWeights, x, 0, rows, up);
    gate(activation, gate, up, rows);
  }

  /**
   * Runs independent tasks 0 to {@code tasks - 1}, each of which may call kernels. A backend with
   * idle processors runs some at the same time.
   */
  default void parallel(int tasks, IntConsumer task) {
    for (int i = 0; i < tasks; i++) {
      task.accept(i);
    }
  }
}
