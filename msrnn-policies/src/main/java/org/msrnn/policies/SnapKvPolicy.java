package org.msrnn.policies;

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
 * {@code snapkv}: the last w states stay; of those before them, the one that the last w queries
 * attend to least leaves. Their weights are averaged over the w queries, pooled along the kept
 * states with a kernel of c, and reduced over the query heads that read the set.
 *
 * <p>Pooling is PyTorch's with a padding of half the kernel, over the states before the window: an
 * average counts zeros beyond both ends, a maximum does not. The rows of the last w queries are a
 * ring of w columns, for each query head where their order in the formula matters; one more column
 * is scratch.
 *
 * <p>Options: {@code window=w} (32), {@code kernel=c} (5; 1 for no pooling), {@code pooling=avg} or
 * {@code max}, {@code reduce=mean} or {@code max} over query heads, {@code reduce-first} reduces
 * before it pools, {@code granularity} ({@code kv-head} unless given).
 */
public final class SnapKvPolicy implements EvictionPolicyProvider {
  /** How neighbours are pooled. */
  enum Pooling {
    AVG,
    MAX
  }

  /** How the query heads of a set are reduced. */
  enum Reduce {
    MEAN,
    MAX
  }

  /** For the service loader. */
  public SnapKvPolicy() {}

  @Override
  public String name() {
    return "snapkv";
  }

  @Override
  public String summary() {
    return "before a window, the state leaves that the window's queries attend to least, pooled";
  }

  @Override
  public String paper() {
    return "arXiv 2404.14469, section 4";
  }

  @Override
  public String differences() {
    return "Published for the end of a prompt, which is +prompt-end; here the window slides along"
        + " and a state leaves at every step. The authors' code (FasterDecoding/SnapKV) keeps a set"
        + " a query head, with keys repeated for a group; here a group shares a set. kvpress has a"
        + " window of 64, KVCache-Factory 8 with kernel=7,pooling=max,reduce-first.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return of(options, 32, 5, Pooling.AVG, false);
  }

  /** The policy with other defaults. */
  static EvictionPolicy of(
      Options options, int window, int kernel, Pooling pooling, boolean reduceFirst) {
    int width = options.integer("kernel", kernel, 1, 9999);
    if (width % 2 == 0) {
      throw options.refusal("kernel", "'" + width + "'", "an odd number");
    }
    return new SnapKv(
        options.choice("granularity", Granularity.KV_HEAD),
        options.integer("window", window, 1, 500),
        width,
        options.choice("pooling", pooling),
        options.choice("reduce", Reduce.MEAN),
        options.flag("reduce-first", reduceFirst));
  }

  private record SnapKv(
      Granularity granularity,
      int window,
      int kernel,
      Pooling pooling,
      Reduce reduce,
      boolean reduceFirst)
      implements EvictionPolicy {

    /** Whether the mean over query heads may be taken first: sums commute with sums alone. */
    private boolean meanRow() {
      return reduce == Reduce.MEAN && (reduceFirst || pooling == Pooling.AVG || kernel == 1);
    }

    @Override
    public Signals observes() {
      Signals rows = meanRow() ? Signals.mean() : Signals.perQueryHead();
      return rows.withLastQueries(window);
    }

    @Override
    public int columns() {
      return 1 + window;
    }

    @Override
    public int columns(SetShape shape) {
      return 1 + window * heads(shape);
    }

    private int heads(SetShape shape) {
      return meanRow() ? 1 : shape.queryHeads();
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      int place = (int) (set.queries() % window);
      for (int h = 0; h < row.rows(); h++) {
        double[] ring = set.column(1 + h * window + place);
        float[] weights = row.row(h);
        for (int e = 0; e < set.size(); e++) {
          ring[e] = weights[e];
        }
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      int before = Math.max(0, set.size() - window);
      int heads = meanRow() ? 1 : set.kvHeads() * set.group();
      double[] scratch = set.column(0);
      if (reduceFirst) {
        for (int h = 0; h < heads; h++) {
          for (int e = 0; e < before; e++) {
            reduce(scratch, e, mean(set, h, e), h, heads);
          }
        }
        pool(scratch, before, scores, 0, 1);
      } else {
        for (int h = 0; h < heads; h++) {
          for (int e = 0; e < before; e++) {
            scratch[e] = mean(set, h, e);
          }
          pool(scratch, before, scores, h, heads);
        }
      }
      for (int e = before; e < set.size(); e++) {
        scores[e] = 1; // the window stays; no mean is more
      }
    }

    /** The mean weight over the window's queries. */
    private double mean(KvSet set, int head, int entry) {
      double sum = 0;
      for (int q = 0; q < window; q++) {
        sum += set.column(1 + head * window + q)[entry];
      }
      return sum / window;
    }

    private void pool(double[] weights, int count, double[] into, int head, int heads) {
      int reach = kernel / 2;
      for (int e = 0; e < count; e++) {
        double sum = 0;
        double most = 0;
        for (int i = Math.max(0, e - reach); i < Math.min(count, e + reach + 1); i++) {
          sum += weights[i];
          most = Math.max(most, weights[i]);
        }
        reduce(into, e, pooling == Pooling.AVG ? sum / kernel : most, head, heads);
      }
    }

    /** Takes in the number of one more head. */
    private void reduce(double[] into, int entry, double number, int head, int heads) {
      double before = head == 0 ? 0 : into[entry];
      into[entry] = reduce == Reduce.MEAN ? before + number / heads : Math.max(before, number);
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, window);
    }
  }
}
