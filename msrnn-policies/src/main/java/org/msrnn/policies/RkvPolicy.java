package org.msrnn.policies;

import java.util.Arrays;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/**
 * {@code r-kv}: states that are unimportant or say what others say leave. In each KV head, once in
 * 128 steps, the score before the last w states is {@code lambda * I_j - (1 - lambda) * R_j}.
 *
 * <p>Importance {@code I}: the logits of each of the last w queries, the largest over the query
 * heads of the group, as a softmax over the states before the last w; the mean over those queries;
 * the largest among a state and its neighbours ({@code kernel} in all). Redundancy {@code R_j =
 * softmax_j(mean_i cos(k_i, k_j))}, without i = j, and for each i without the newest j whose cosine
 * is above the threshold: of keys alike, the newest is not blamed.
 *
 * <p>No n x n matrix is held: the sum over i of all cosines is a product with the sum of all keys,
 * and the newest key alike is looked for from the newest on. So n keys are read twice, and n n more
 * are at most, if no two are alike.
 *
 * <p>Options: {@code lambda} (0.1), {@code window=w} (8), {@code kernel} (7), {@code threshold}
 * (0.5).
 */
public final class RkvPolicy implements EvictionPolicyProvider {
  private static final int MOST_WINDOW = 64;

  /** For the service loader. */
  public RkvPolicy() {}

  @Override
  public String name() {
    return "r-kv";
  }

  @Override
  public String summary() {
    return "every 128 steps, states that are little attended to or much like others leave";
  }

  @Override
  public String paper() {
    return "arXiv 2505.24133";
  }

  @Override
  public String differences() {
    return "lambda is the paper's; the authors' code has 0.07. Where no key is like another, their"
        + " code takes the oldest key for the one alike; here there is none."
        + " Between two decisions the set grows by up to 127 states above k.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    int window = options.integer("window", 8, 1, MOST_WINDOW);
    int kernel = options.integer("kernel", 7, 1, 1 << 20);
    if (kernel % 2 == 0) {
      throw options.refusal("kernel", "'" + kernel + "'", "an odd number");
    }
    return new Rkv(
        options.number("lambda", 0.1, 0, 1),
        window,
        kernel,
        options.number("threshold", 0.5, 0, 1));
  }

  /**
   * Columns: the logits of the last w queries, then two of room. Memory: which query each of them
   * is of, then room for a key and for the sum of keys.
   */
  private record Rkv(double lambda, int window, int kernel, double threshold)
      implements EvictionPolicy {
    /** Keeps the length of a key of zeros from dividing by 0, as the authors' code does. */
    private static final double EPSILON = 1e-8;

    @Override
    public Signals observes() {
      return Signals.perQueryHead().withLogits().withLastQueries(window).withKeys();
    }

    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    @Override
    public Trigger trigger() {
      return Trigger.every(128);
    }

    @Override
    public int columns(SetShape shape) {
      return window + 2;
    }

    @Override
    public int memory(SetShape shape) {
      return window + 2 * shape.headSize();
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, window);
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      int place = (int) (set.queries() % window);
      set.memory()[place] = set.queries();
      double[] logit = set.column(place);
      for (int e = 0; e < set.size(); e++) {
        double most = row.row(0)[e];
        for (int h = 1; h < row.rows(); h++) {
          most = Math.max(most, row.row(h)[e]);
        }
        logit[e] = most;
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      redundancy(set, scores);
      double[] importance = importance(set);
      int before = set.size() - window;
      for (int e = 0; e < set.size(); e++) {
        double most = 0;
        int to = Math.min(e + kernel / 2, before - 1);
        for (int n = Math.max(0, e - kernel / 2); n <= to; n++) {
          most = Math.max(most, importance[n]);
        }
        scores[e] = lambda * most - (1 - lambda) * scores[e];
      }
    }

    /** The mean weight of each entry before the last w, by the queries that were seen of them. */
    private double[] importance(KvSet set) {
      int before = set.size() - window;
      double[] sum = set.column(window);
      Arrays.fill(sum, 0, before, 0);
      int seen = 0;
      for (int q = 0; q < window; q++) {
        if (set.memory()[q] > set.queries() - window) {
          seen++;
          double[] weight = set.column(q);
          Vectors.softmax(weight, 0, before);
          for (int e = 0; e < before; e++) {
            sum[e] += weight[e];
          }
        }
      }
      for (int e = 0; e < before; e++) {
        sum[e] /= Math.max(1, seen);
      }
      return sum;
    }

    private void redundancy(KvSet set, double[] scores) {
      int size = set.size();
      int d = set.headSize();
      int key = window;
      int all = window + d;
      double[] memory = set.memory();
      double[] length = set.column(window);
      double[] excused = set.column(window + 1);
      sumKeys(set, length, all);
      Arrays.fill(excused, 0, size, 0);
      for (int e = 0; e < size; e++) {
        load(set, e, length[e], key);
        double itself = Vectors.dot(memory, key, memory, key, d);
        scores[e] = Vectors.dot(memory, key, memory, all, d) - itself;
        excuseNewestAlike(set, e, length, excused);
      }
      for (int e = 0; e < size; e++) {
        scores[e] = (scores[e] - excused[e]) / size;
      }
      Vectors.softmax(scores, 0, size);
    }

    /** Measures all keys and sums their directions, to memory from {@code sum}. */
    private static void sumKeys(KvSet set, double[] length, int sum) {
      double[] memory = set.memory();
      float[] key = set.scratch();
      Arrays.fill(memory, sum, sum + key.length, 0);
      for (int e = 0; e < set.size(); e++) {
        set.key(0, e, key);
        length[e] = Math.sqrt(Vectors.squares(key)) + EPSILON;
        for (int i = 0; i < key.length; i++) {
          memory[sum + i] += key[i] / length[e];
        }
      }
    }

    /** Puts the direction of a key into memory. */
    private static void load(KvSet set, int entry, double length, int into) {
      float[] key = set.scratch();
      set.key(0, entry, key);
      for (int i = 0; i < key.length; i++) {
        set.memory()[into + i] = key[i] / length;
      }
    }

    /** Takes the newest key that is like the one in memory out of what is held against it. */
    private void excuseNewestAlike(KvSet set, int entry, double[] length, double[] excused) {
      float[] key = set.scratch();
      for (int j = set.size() - 1; j >= 0; j--) {
        if (j != entry) {
          set.key(0, j, key);
          double cosine = Vectors.dot(key, set.memory(), window) / length[j];
          if (cosine > threshold) {
            excused[j] += cosine;
            return;
          }
        }
      }
    }
  }
}
