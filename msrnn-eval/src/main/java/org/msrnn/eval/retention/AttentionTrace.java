package org.msrnn.eval.retention;

import java.util.Arrays;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Signals;

/**
 * What each query of a text attends to in the full model: the softmax row of every position, mean
 * over the query heads, of every layer.
 *
 * <p>Two bytes a weight: half precision after a factor of 2^15, which leaves weights down to 2e-9
 * their eleven bits. All weights are multiples of 2^-39, so that sums below 2^14 are exact in
 * double, in any order.
 */
public final class AttentionTrace {
  /** The trace of no tokens: a policy that knows it can be described, and not be run. */
  public static final AttentionTrace NONE = new AttentionTrace(0, 0);

  private static final float FACTOR = 1 << 15;

  /** The number of the lower triangle's elements is an array's length. */
  private static final int MOST_TOKENS = 65_535;

  private final int tokens;
  private final short[][] layers;

  /** A trace without weights. */
  private AttentionTrace(int tokens, int layers) {
    this.tokens = tokens;
    this.layers = new short[layers][];
    for (int l = 0; l < layers; l++) {
      this.layers[l] = new short[Math.toIntExact(start(tokens))];
    }
  }

  /** Index of a query's first weight: the queries before it have 1, 2, 3, ... of them. */
  static long start(long query) {
    return query * (query + 1) / 2;
  }

  /** Bytes that the trace of so many tokens takes. */
  static long bytes(int tokens, int layers) {
    return Math.multiplyExact(Short.BYTES * start(tokens), layers);
  }

  /**
   * Feeds tokens to the model without a bound. Nothing leaves, so that all position schemes come to
   * the same.
   *
   * @param msrnn the model
   * @param storage number format of the stored keys and values
   * @param ids the tokens
   * @throws MsrnnException if the trace does not fit into memory
   */
  public static AttentionTrace record(Msrnn msrnn, KvType storage, int[] ids) {
    ModelInfo model = msrnn.model();
    demandRoom(ids.length, model.layers(), Short.BYTES);
    var trace = new AttentionTrace(ids.length, model.layers());
    var observer = new Observer(trace);
    StateSpec spec = StateSpec.of(observer, Math.max(1, ids.length)).with(storage);
    try (MultiState state = msrnn.start(spec)) {
      msrnn.feed(state, ids, LogitsSink.NONE);
    }
    return trace;
  }

  /** A trace of given weights, {@code [layers][queries][keys up to the query]}. */
  static AttentionTrace of(double[][][] weights) {
    var trace = new AttentionTrace(weights[0].length, weights.length);
    for (int l = 0; l < weights.length; l++) {
      for (int q = 0; q < trace.tokens; q++) {
        for (int key = 0; key <= q; key++) {
          trace.set(l, q, key, (float) weights[l][q][key]);
        }
      }
    }
    return trace;
  }

  /** Refuses what does not fit into memory. */
  static void demandRoom(int tokens, int layers, int bytesPerWeight) {
    if (tokens > MOST_TOKENS) {
      throw new MsrnnException(
          "the attention of " + tokens + " tokens cannot be held, at most that of " + MOST_TOKENS);
    }
    long need = Math.multiplyExact(bytesPerWeight * start(tokens), layers);
    if (need > free()) {
      System.gc(); // what is garbage counts as taken
    }
    long have = free();
    if (need > have) {
      throw new MsrnnException(
          "the attention of %,d tokens in %d layers takes %,d MB, and %,d MB of Java's memory are free: take fewer tokens, or give Java more with -Xmx"
              .formatted(tokens, layers, need >> 20, have >> 20));
    }
  }

  private static long free() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
  }

  /** Bytes that it takes. */
  long bytes() {
    return bytes(tokens, layers.length);
  }

  /** Tokens fed. */
  public int tokens() {
    return tokens;
  }

  /** Layers of the model. */
  public int layers() {
    return layers.length;
  }

  /**
   * How much a query attends to a key.
   *
   * @param query position of the query
   * @param key position of the key, at most the query's
   */
  public double weight(int layer, int query, int key) {
    return Float.float16ToFloat(layers[layer][(int) start(query) + key]) / FACTOR;
  }

  private void set(int layer, int query, int key, float weight) {
    layers[layer][(int) start(query) + key] = Float.floatToFloat16(weight * FACTOR);
  }

  /** A policy that drops nothing, since all fits, and keeps what it sees. */
  private record Observer(AttentionTrace trace) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean();
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      float[] weights = row.row(0);
      for (int e = 0; e < set.size(); e++) {
        trace.set(set.layer(), (int) row.queryPosition(), (int) set.position(e), weights[e]);
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      Arrays.fill(scores, 0, set.size(), 0);
    }

    @Override
    public String toString() {
      return "attention-trace";
    }
  }
}
