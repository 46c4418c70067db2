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
 * {@code lagkv}: states are judged by those that came next. Behind the sinks the states of a KV
 * head are cut, in the order of their positions, into blocks of L. Every channel of a block is
 * scaled by the smallest and largest number that it has in the next block; the standard deviation
 * over channels, as a softmax over the block, is averaged over keys and values: {@code s_j = mean
 * over x in k, v of softmax_j std_c (x[j][c] - min[c]) / (max[c] - min[c])}. The score is the rank
 * of s within the block, divided by L. The last full block, and what follows it, has no reference
 * and keeps a score of 1.
 *
 * <p>At every step the blocks are cut anew. The lowest ranks of all blocks are equal, so the oldest
 * block's leaves and the next block moves up by one: the oldest block collects the states that won
 * so far, and each state that reaches it is judged against the L states behind it. A set of less
 * than sinks + 2 L states has no block with a reference: its oldest states leave, as from a window.
 *
 * <p>Options: {@code lag=L} (0, which stands for 128, or a quarter of k where that is less), {@code
 * sinks=i} (4), {@code cross-scoring} compares s itself across blocks in place of ranks.
 */
public final class LagKvPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public LagKvPolicy() {}

  @Override
  public String name() {
    return "lagkv";
  }

  @Override
  public String summary() {
    return "the state that stands out least against the block of states after it leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2504.04704, section 3, as in NVIDIA/kvpress";
  }

  @Override
  public String differences() {
    return "The authors' own code keeps a fixed share of every block for good, so that its cache"
        + " grows with the text; here the set is bounded and winners are judged again."
        + " A channel that does not vary in the next block counts as 0, where theirs divides by 0."
        + " Their lag is 128 (1024 in their own code) whatever k is; with that, a small set would"
        + " have no block to judge.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new LagKv(
        options.integer("lag", 0, 0, 1 << 20),
        options.integer("sinks", 4, 0, 1 << 20),
        options.flag("cross-scoring", false));
  }

  private record LagKv(int lag, int sinks, boolean crossScoring) implements EvictionPolicy {
    private static final int USUAL = 128;
    private static final int KEYS = 0;
    private static final int VALUES = 1;

    @Override
    public Signals observes() {
      return Signals.NONE.withKeys().withValues();
    }

    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    /** Room for the weights of keys and values. */
    @Override
    public int columns(SetShape shape) {
      return 2;
    }

    /** Room for the smallest and largest number of each channel. */
    @Override
    public int memory(SetShape shape) {
      return 2 * shape.headSize();
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, 0);
    }

    @Override
    public void score(KvSet set, double[] scores) {
      int lag = lag(set.budget());
      int size = set.size();
      int first = Vectors.before(set, sinks);
      int blocks = (size - first) / lag;
      for (int e = 0; e < size; e++) {
        boolean window = blocks < 2 && e >= first;
        scores[e] = window ? (double) (e - first) / (size - first) : 1;
      }
      for (int b = 0; b < blocks - 1; b++) {
        int from = first + b * lag;
        weigh(set, from, lag, KEYS);
        weigh(set, from, lag, VALUES);
        combine(set, from, lag, scores);
      }
    }

    private int lag(int budget) {
      return lag > 0 ? lag : Math.clamp(budget / 4, 1, USUAL);
    }

    /** Writes the weights of a block, of its keys or its values, into that column. */
    private static void weigh(KvSet set, int from, int lag, int what) {
      range(set, from + lag, lag, what);
      double[] weight = set.column(what);
      for (int e = from; e < from + lag; e++) {
        weight[e] = deviation(read(set, e, what), set.memory());
      }
      Vectors.softmax(weight, from, from + lag);
    }

    private static float[] read(KvSet set, int entry, int what) {
      float[] vector = set.scratch();
      if (what == KEYS) {
        set.key(0, entry, vector);
      } else {
        set.value(0, entry, vector);
      }
      return vector;
    }

    /** The smallest and largest number of each channel in a block, to memory. */
    private static void range(KvSet set, int from, int lag, int what) {
      double[] range = set.memory();
      int channels = set.headSize();
      for (int e = from; e < from + lag; e++) {
        float[] vector = read(set, e, what);
        for (int c = 0; c < channels; c++) {
          range[c] = e == from ? vector[c] : Math.min(range[c], vector[c]);
          range[channels + c] = e == from ? vector[c] : Math.max(range[channels + c], vector[c]);
        }
      }
    }

    /** The standard deviation over channels, of a sample. */
    private static double deviation(float[] vector, double[] range) {
      int channels = vector.length;
      double mean = 0;
      for (int c = 0; c < channels; c++) {
        mean += scaled(vector, c, range) / channels;
      }
      double squares = 0;
      for (int c = 0; c < channels; c++) {
        double off = scaled(vector, c, range) - mean;
        squares += off * off;
      }
      return Math.sqrt(squares / Math.max(1, channels - 1));
    }

    private static double scaled(float[] vector, int c, double[] range) {
      double width = range[vector.length + c] - range[c];
      return width > 0 ? (vector[c] - range[c]) / width : 0;
    }

    private void combine(KvSet set, int from, int lag, double[] scores) {
      double[] weight = set.column(KEYS);
      double[] ofValues = set.column(VALUES);
      for (int e = from; e < from + lag; e++) {
        weight[e] = (weight[e] + ofValues[e]) / 2;
      }
      for (int e = from; e < from + lag; e++) {
        scores[e] = crossScoring ? weight[e] : (double) rank(weight, e, from, lag) / lag;
      }
    }

    /** How many of a block come before an entry; of equal ones the older. */
    private static int rank(double[] weight, int entry, int from, int lag) {
      int rank = 0;
      for (int e = from; e < from + lag; e++) {
        if (weight[e] < weight[entry] || (weight[e] == weight[entry] && e < entry)) {
          rank++;
        }
      }
      return rank;
    }
  }
}
