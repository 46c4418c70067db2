package org.msrnn.policies;

import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code cur}: leverage of keys and values in a CUR decomposition, approximated by their lengths.
 * In each KV head the state with the smallest {@code |k_j|^2 |v_j|^2} leaves, where both factors
 * are divided by their sums over a window of neighbours, and the scores by their own sum.
 *
 * <p>Options: {@code window=w} (16) is the number of neighbours along the kept states, 0 for no
 * windows; {@code sinks=i} (4).
 */
public final class CurPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public CurPolicy() {}

  @Override
  public String name() {
    return "cur";
  }

  @Override
  public String summary() {
    return "the state with the smallest product of squared key and value lengths leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2509.15038 (CurDKV), as in NVIDIA/kvpress";
  }

  @Override
  public String differences() {
    return "The lengths are exact; the random projection that may stand before them is left out."
        + " Windows are cut along the states held, so a state changes its neighbours when an older"
        + " one leaves.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Cur(
        options.integer("window", 16, 0, Integer.MAX_VALUE),
        options.integer("sinks", 4, 0, Integer.MAX_VALUE));
  }

  private record Cur(int window, int sinks) implements EvictionPolicy {
    private static final int KEY = 0;
    private static final int VALUE = 1;

    @Override
    public Signals observes() {
      return Signals.NONE.withKeys().withValues();
    }

    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    /** Squared lengths, taken once. */
    @Override
    public int columns(SetShape shape) {
      return 2;
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, 0);
    }

    @Override
    public void score(KvSet set, double[] scores) {
      measure(set);
      double[] key = set.column(KEY);
      double[] value = set.column(VALUE);
      int size = set.size();
      int length = window == 0 ? size : window;
      double total = 0;
      for (int from = 0; from < size; from += length) {
        int to = Math.min(size - from, length) + from;
        double keys = sum(key, from, to);
        double values = sum(value, from, to);
        for (int e = from; e < to; e++) {
          scores[e] = share(key[e], keys) * share(value[e], values);
          total += scores[e];
        }
      }
      for (int e = 0; e < size; e++) {
        scores[e] = share(scores[e], total);
      }
    }

    private static void measure(KvSet set) {
      double[] key = set.column(KEY);
      double[] value = set.column(VALUE);
      float[] vector = set.scratch();
      for (int e = 0; e < set.size(); e++) {
        if (key[e] == 0) { // as a new state's is
          set.key(0, e, vector);
          key[e] = Vectors.squares(vector);
          set.value(0, e, vector);
          value[e] = Vectors.squares(vector);
        }
      }
    }

    private static double sum(double[] x, int from, int to) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += x[i];
      }
      return sum;
    }

    /** A part of a sum; nothing of nothing. */
    private static double share(double part, double sum) {
      return sum > 0 ? part / sum : 0;
    }
  }
}
