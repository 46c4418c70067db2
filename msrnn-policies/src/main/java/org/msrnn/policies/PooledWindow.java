package org.msrnn.policies;

import java.util.Arrays;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * The last w states stay; of those before them, the one that the last w queries attend to least
 * leaves: their weights are averaged over the queries, pooled along the kept states, and reduced
 * over the query heads that read the set. What SnapKV and PyramidKV have in common.
 *
 * <p>Pooling is PyTorch's with a padding of half the kernel, over the states before the window: an
 * average counts zeros beyond both ends, a maximum does not. Column 0 is scratch; the others are a
 * ring of the last w rows, for each query head where it matters what is done first.
 *
 * @param kernel states that are pooled, an odd number
 * @param reduceFirst whether heads are reduced before their weights are pooled
 */
record PooledWindow(
    Granularity granularity,
    int window,
    int kernel,
    Pooling pooling,
    Reduce reduce,
    boolean reduceFirst)
    implements EvictionPolicy {

  /** How neighbours are pooled. */
  enum Pooling {
    AVG,
    MAX
  }

  /** How query heads are reduced. */
  enum Reduce {
    MEAN,
    MAX
  }

  /** Whether the mean over query heads may be taken of each row: means commute with means alone. */
  private boolean ofMeans() {
    return reduce == Reduce.MEAN && (reduceFirst || pooling == Pooling.AVG || kernel == 1);
  }

  @Override
  public Signals observes() {
    return (ofMeans() ? Signals.mean() : Signals.perQueryHead()).withLastQueries(window);
  }

  @Override
  public int columns(SetShape shape) {
    return 1 + window * (ofMeans() ? 1 : shape.queryHeads());
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
    int heads = ofMeans() ? 1 : set.kvHeads() * set.group();
    double[] scratch = set.column(0);
    for (int h = 0; h < heads; h++) {
      if (reduceFirst) {
        average(set, h, scores, before);
        for (int e = 0; e < before; e++) {
          take(scratch, e, scores[e], h, heads);
        }
      } else {
        average(set, h, scratch, before);
        pool(scratch, before, scores, h, heads);
      }
    }
    if (reduceFirst) {
      pool(scratch, before, scores, 0, 1);
    }
    for (int e = before; e < set.size(); e++) {
      scores[e] = 1; // the window stays; no mean is more
    }
  }

  /** A head's mean weights over the window's queries. */
  private void average(KvSet set, int head, double[] into, int count) {
    Arrays.fill(into, 0, count, 0);
    for (int q = 0; q < window; q++) {
      double[] ring = set.column(1 + head * window + q);
      for (int e = 0; e < count; e++) {
        into[e] += ring[e];
      }
    }
    for (int e = 0; e < count; e++) {
      into[e] /= window;
    }
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
      take(into, e, pooling == Pooling.AVG ? sum / kernel : most, head, heads);
    }
  }

  /** Takes in the number of one more head. */
  private void take(double[] into, int entry, double number, int head, int heads) {
    double others = head == 0 ? 0 : into[entry];
    into[entry] = reduce == Reduce.MEAN ? others + number / heads : Math.max(others, number);
  }

  @Override
  public Pins pins(int states) {
    return new Pins(0, window);
  }
}
