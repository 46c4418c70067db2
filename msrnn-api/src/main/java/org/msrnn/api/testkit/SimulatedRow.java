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

  private SimulatedRow(SimulatedKvSet set, long query, float[][] rows) {
    this.set = set;
    this.query = query;
    this.rows = rows;
    this.truth = new float[rows.length][];
    for (int r = 0; r < rows.length; r++) {
      truth[r] = rows[r].clone();
    }
  }

  /** The rows that a set's newest query gives, and its vectors. */
  static SimulatedRow of(AttentionSource source, SimulatedKvSet of) {
    Signals signals = of.signals();
    long[] set = of.positions();
    long query = set[set.length - 1];
    if (signals.rows() == Signals.Rows.NONE) {
      return new SimulatedRow(of, query, new float[0][]);
    }
    int group = of.group();
    double[][] heads = new double[of.kvHeads() * group][];
    for (int h = 0; h < heads.length; h++) {
      heads[h] = logits(source, of.firstQueryHead() + h, query, set);
      if (!signals.logits()) {
        softmax(heads[h]);
      }
    }
    int each =
        switch (signals.rows()) {
          case NONE, SET -> heads.length;
          case KV_HEADS -> group;
          case QUERY_HEADS -> 1;
        };
    float[][] rows = new float[heads.length / each][set.length + SLACK];
    for (int r = 0; r < rows.length; r++) {
      double[][] members = Arrays.copyOfRange(heads, r * each, (r + 1) * each);
      for (int e = 0; e < set.length; e++) {
        rows[r][e] = (float) reduce(members, e, signals.reduce());
      }
      Arrays.fill(rows[r], set.length, rows[r].length, GUARD);
    }
    return new SimulatedRow(of, query, rows);
  }

  private static double[] logits(AttentionSource source, int head, long query, long[] set) {
    double[] logits = new double[set.length];
    for (int e = 0; e < set.length; e++) {
      logits[e] = source.logit(head, query, set[e]);
      if (!Double.isFinite(logits[e])) {
        throw new IllegalArgumentException(
            "the logit of head "
                + head
                + " at query "
                + query
                + " and key "
                + set[e]
                + " is "
                + logits[e]
                + ", allowed is a finite number");
      }
    }
    return logits;
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

  private static double reduce(double[][] heads, int entry, Signals.Reduce how) {
    double sum = 0;
    double max = Double.NEGATIVE_INFINITY;
    for (double[] head : heads) {
      sum += head[entry];
      max = Math.max(max, head[entry]);
    }
    return switch (how) {
      case MEAN -> sum / heads.length;
      case MAX -> max;
      case SUM -> sum;
    };
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
