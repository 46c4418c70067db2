package org.msrnn.policies;

import java.util.Arrays;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code expected-attention}: the state that the coming queries are expected to attend to least
 * leaves. With the mean m and the covariance C of all queries of a query head before their rotation
 * (the sinks' left out), and R, the average of the rotations at the next T positions: {@code z_j =
 * k_j (R m) / sqrt(d) + k_j (R C R') k_j / (2 d)}, the logarithm of what {@code exp(q k_j /
 * sqrt(d))} is on average if queries are normal. The score is {@code (mean_h softmax_j z + epsilon)
 * |v_j|}, over the query heads that read a KV head. Keys are rotated at their own positions.
 *
 * <p>Means and covariances are kept as running sums, half of a covariance since it is symmetric. A
 * step takes d (d + 1) / 2 multiplications for each query head, and as many and some 4 d for each
 * query head and state: R moves by one position a step, so no product can be kept. Without the
 * covariance, only the 4 d.
 *
 * <p>Options: {@code future=T} (512), {@code sinks=i} (4), {@code epsilon} (0), {@code
 * covariance=false} leaves out the second term.
 */
public final class ExpectedAttentionPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public ExpectedAttentionPolicy() {}

  @Override
  public String name() {
    return "expected-attention";
  }

  @Override
  public String summary() {
    return "the state that future queries are expected to attend to least leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2510.00636, as in NVIDIA/kvpress";
  }

  @Override
  public String differences() {
    return "Products are divided by the square root of the head size, also in models with another"
        + " factor. Queries and keys stand at the positions of the text, whatever the"
        + " position scheme. A prompt is not reduced at once: a state leaves at every step,"
        + " by the queries so far. The epsilon of kvpress' own comparison is 0.01.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new ExpectedAttention(
        options.integer("future", 512, 1, 1 << 20),
        options.integer("sinks", 4, 0, Integer.MAX_VALUE),
        options.number("epsilon", 0, 0, 1),
        options.flag("covariance", true));
  }

  /**
   * Memory: the number of queries, cosine and sine of each pair, a rotated key, and for each query
   * head the mean and, row by row up to the diagonal, the sum of products about it.
   */
  private record ExpectedAttention(int future, int sinks, double epsilon, boolean covariance)
      implements EvictionPolicy {
    private static final int LOGIT = 0;
    private static final int LENGTH = 1;
    private static final int TURN = 1;

    @Override
    public Signals observes() {
      return Signals.NONE.withQueries().withKeys().withValues();
    }

    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    @Override
    public int columns(SetShape shape) {
      return 2;
    }

    @Override
    public int memory(SetShape shape) {
      return head(shape.queryHeads(), shape.headSize());
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, 0);
    }

    private static int key(int d) {
      return TURN + d;
    }

    /** Where the numbers of a query head start. */
    private int head(int head, int d) {
      return key(d) + d + head * (d + (covariance ? d * (d + 1) / 2 : 0));
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      if (row.queryPosition() < sinks) {
        return;
      }
      double[] memory = set.memory();
      memory[0]++;
      float[] query = set.scratch();
      for (int h = 0; h < set.group(); h++) {
        row.query(h, query);
        add(query, memory, head(h, query.length));
      }
    }

    /** Takes a query into the mean and products at {@code mean}. */
    private void add(float[] query, double[] memory, int mean) {
      int d = query.length;
      int off = key(d);
      for (int i = 0; i < d; i++) {
        memory[off + i] = query[i] - memory[mean + i];
        memory[mean + i] += memory[off + i] / memory[0];
      }
      double share = 1 - 1 / memory[0];
      int at = mean + d;
      for (int i = 0; covariance && i < d; i++) {
        double product = share * memory[off + i];
        for (int j = 0; j <= i; j++) {
          memory[at++] += product * memory[off + j];
        }
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      int size = set.size();
      int first = Vectors.before(set, sinks);
      double[] weight = set.column(LOGIT);
      averageRotation(set);
      Arrays.fill(scores, 0, size, 0);
      for (int h = 0; h < set.group(); h++) {
        for (int e = first; e < size; e++) {
          weight[e] = logit(set, h, e);
        }
        Vectors.softmax(weight, first, size);
        for (int e = first; e < size; e++) {
          scores[e] += weight[e] / set.group();
        }
      }
      for (int e = first; e < size; e++) {
        scores[e] = (scores[e] + epsilon) * length(set, e);
      }
    }

    /** The length of an entry's value, taken once. */
    private static double length(KvSet set, int entry) {
      double[] length = set.column(LENGTH);
      if (length[entry] == 0) {
        float[] value = set.scratch();
        set.value(0, entry, value);
        length[entry] = Math.sqrt(Vectors.squares(value));
      }
      return length[entry];
    }

    /** The mean of cosine and sine over the positions after the newest: a geometric series. */
    private void averageRotation(KvSet set) {
      Rope rope = set.rope();
      double[] memory = set.memory();
      double middle = set.position(set.size() - 1) + (future + 1) / 2.0;
      for (int i = 0; rope != null && i < rope.pairs(); i++) {
        double half = rope.frequency(i) / 2;
        double series = half == 0 ? 1 : Math.sin(half * future) / Math.sin(half) / future;
        memory[TURN + 2 * i] = rope.magnitude() * series * Math.cos(2 * half * middle);
        memory[TURN + 2 * i + 1] = rope.magnitude() * series * Math.sin(2 * half * middle);
      }
    }

    private double logit(KvSet set, int head, int entry) {
      float[] stored = set.scratch();
      set.key(0, entry, stored);
      turnBack(stored, set, entry);
      double[] memory = set.memory();
      int d = stored.length;
      int key = key(d);
      int mean = head(head, d);
      double logit = Vectors.dot(memory, key, memory, mean, d) / Math.sqrt(d);
      if (!covariance || memory[0] == 0) {
        return logit;
      }
      double form = 0;
      int row = mean + d;
      for (int i = 0; i < d; i++) {
        double x = memory[key + i];
        form += x * (2 * Vectors.dot(memory, row, memory, key, i) + memory[row + i] * x);
        row += i + 1;
      }
      return logit + form / memory[0] / (2 * d);
    }

    /** Turns a key back by the average rotation, into memory: the same as turning m and C. */
    private static void turnBack(float[] stored, KvSet set, int entry) {
      double[] memory = set.memory();
      int key = key(stored.length);
      for (int i = 0; i < stored.length; i++) {
        memory[key + i] = stored[i];
      }
      Rope rope = set.rope();
      for (int i = 0; rope != null && i < rope.pairs(); i++) {
        if (!set.rotated()) {
          double angle = set.position(entry) * rope.frequency(i);
          double cos = rope.magnitude() * Math.cos(angle);
          double sin = rope.magnitude() * Math.sin(angle);
          turn(memory, key + i, rope.pairs(), cos, sin);
        }
        turn(memory, key + i, rope.pairs(), memory[TURN + 2 * i], -memory[TURN + 2 * i + 1]);
      }
    }

    private static void turn(double[] x, int at, int pairs, double cos, double sin) {
      double a = x[at];
      double b = x[at + pairs];
      x[at] = a * cos - b * sin;
      x[at + pairs] = a * sin + b * cos;
    }
  }
}
