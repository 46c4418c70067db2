package org.msrnn.api.testkit;

import java.util.Arrays;
import java.util.Objects;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.Signals;

/** The attention of one query over one set, reduced as a policy declared, and watched. */
final class SimulatedRow implements AttentionRow {
  private static final int SLACK = 3;
  private static final float GUARD = -7.125e27f;

  private final SimulatedKvSet set;
  private final long query;
  private final float[][] rows;
  private final float[][] truth;
  private boolean closed;

  private SimulatedRow(SimulatedKvSet set, long query, float[][] truth) {
    this.set = set;
    this.query = query;
    this.truth = truth;
    this.rows = new float[truth.length][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = truth[r].clone();
    }
  }

  /** The rows that a set's newest query gives, and its vectors. */
  static SimulatedRow of(RowSource source, SimulatedKvSet set) {
    return new SimulatedRow(set, set.position(set.size() - 1), source.rows(set));
  }

  /** The rows that a set's newest query gives, plainly computed. */
  static float[][] rows(AttentionSource source, SimulatedKvSet set) {
    Signals signals = set.signals();
    int size = set.size();
    int heads = set.shape().queryHeads();
    int each =
        switch (signals.rows()) {
          case NONE, SET -> heads;
          case KV_HEADS -> set.group();
          case QUERY_HEADS -> 1;
        };
    int count = signals.rows() == Signals.Rows.NONE ? 0 : heads / each;
    float[][] rows = new float[count][size + SLACK];
    double[] head = new double[size];
    double[] reduced = new double[size];
    for (int r = 0; r < count; r++) {
      for (int h = 0; h < each; h++) {
        attend(source, set.firstQueryHead() + r * each + h, set, head);
        add(head, reduced, h == 0, signals.reduce());
      }
      double parts = signals.reduce() == Signals.Reduce.MEAN ? each : 1;
      for (int e = 0; e < size; e++) {
        rows[r][e] = (float) (reduced[e] / parts);
      }
      Arrays.fill(rows[r], size, size + SLACK, GUARD);
    }
    return rows;
  }

  /** The logits or weights of one query head. */
  private static void attend(AttentionSource source, int head, SimulatedKvSet set, double[] into) {
    long query = set.position(into.length - 1);
    for (int e = 0; e < into.length; e++) {
      into[e] = finite(source, head, query, set.position(e));
    }
    if (!set.signals().logits()) {
      softmax(into);
    }
  }

  private static double finite(AttentionSource source, int head, long query, long key) {
    double logit = source.logit(head, query, key);
    if (!Double.isFinite(logit)) {
      throw new IllegalArgumentException(
          "the logit of head "
              + head
              + " at query "
              + query
              + " and key "
              + key
              + " is "
              + logit
              + ", allowed is a finite number");
    }
    return logit;
  }

  private static void softmax(double[] x) {
    double max = Double.NEGATIVE_INFINITY;
    for (double v : x) {
      max = Math.max(max, v);
    }
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.exp(x[i] - max);
      sum += x[i];
    }
    for (int i = 0; i < x.length; i++) {
      x[i] /= sum;
    }
  }

  private static void add(double[] head, double[] sum, boolean first, Signals.Reduce how) {
    if (first) {
      System.arraycopy(head, 0, sum, 0, head.length);
    } else if (how == Signals.Reduce.MAX) {
      for (int e = 0; e < head.length; e++) {
        sum[e] = Math.max(sum[e], head[e]);
      }
    } else {
      for (int e = 0; e < head.length; e++) {
        sum[e] += head[e];
      }
    }
  }

  /** Whether the policy left all rows, and what lies behind them, as they were. */
  boolean intact() {
    return Arrays.deepEquals(rows, truth);
  }

  /** Makes the rows void: what a policy kept of them is worth nothing. */
  void close() {
    closed = true;
    for (float[] row : rows) {
      Arrays.fill(row, Float.NaN);
    }
  }

  @Override
  public long queryPosition() {
    return query;
  }

  @Override
  public int rows() {
    return rows.length;
  }

  @Override
  public float[] row(int row) {
    if (closed) {
      throw new IllegalStateException("a row is valid during observe");
    }
    return rows[Objects.checkIndex(row, rows.length)];
  }

  @Override
  public void query(int head, float[] into) {
    if (closed) {
      throw new IllegalStateException("a row is valid during observe");
    }
    set.query(Objects.checkIndex(head, set.shape().queryHeads()), query, into);
  }
}
