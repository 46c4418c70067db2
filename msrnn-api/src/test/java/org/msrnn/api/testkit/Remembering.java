package org.msrnn.api.testkit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * Policies that remember what they must not: they have state of their own, or keep what they saw.
 */
final class Remembering {
  private Remembering() {}

  /** The field's usual mistake: state in the policy, by entry. */
  static final class OwnSums extends Plant.LastRow {
    private final double[] sums = new double[4096];
    private final boolean clearing;

    OwnSums(boolean clearing) {
      this.clearing = clearing;
    }

    @Override
    public int columns(SetShape shape) {
      return 0;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      if (clearing && set.size() == 1) {
        Arrays.fill(sums, 0);
      }
      for (int e = 0; e < set.size(); e++) {
        sums[e] += row.row(0)[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(sums, 0, scores, 0, set.size());
    }
  }

  static final class KeptRow extends Plant.LastRow {
    private float[] row = new float[0];

    @Override
    public int columns(SetShape shape) {
      return 0;
    }

    @Override
    public void observe(KvSet set, AttentionRow observed) {
      row = observed.row(0);
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = row[e];
      }
    }
  }

  static final class KeptColumn extends Plant.LastRow {
    private double @Nullable [] column;

    @Override
    public void observe(KvSet set, AttentionRow row) {
      super.observe(set, row);
      column = set.column(0);
    }

    @Override
    public void score(KvSet set, double[] scores) {
      if (column != null) {
        System.arraycopy(column, 0, scores, 0, set.size());
      }
    }
  }

  static final class KeptSet extends Plant.LastRow {
    private @Nullable KvSet kept;

    @Override
    public void observe(KvSet set, AttentionRow row) {
      super.observe(set, row);
      kept = set;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      super.score(kept == null ? set : kept, scores);
    }
  }

  /** A number of a whole set belongs into its memory. */
  static final class OwnMean extends Plant.LastRow {
    private double mean;

    @Override
    public void observe(KvSet set, AttentionRow row) {
      super.observe(set, row);
      mean += (row.row(0)[0] - mean) / set.queries();
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = Math.abs(set.column(0)[e] - mean);
      }
    }
  }

  static final class KeptMemory extends Plant.LastRow {
    private double[] memory = new double[1];

    @Override
    public int memory(SetShape shape) {
      return 1;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      super.observe(set, row);
      memory = set.memory();
      memory[0] = row.row(0)[0];
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = Math.abs(set.column(0)[e] - memory[0]);
      }
    }
  }

  static final class KeptScratch extends Plant.LastRow {
    @Override
    public void observe(KvSet set, AttentionRow row) {
      super.observe(set, row);
      set.scratch()[0] = row.row(0)[0];
    }

    @Override
    public void score(KvSet set, double[] scores) {
      super.score(set, scores);
      scores[0] = set.scratch()[0] > 0.1 ? 1 : 0;
    }
  }

  static final class KeptQuery extends Plant.LastRow {
    private @Nullable AttentionRow kept;

    @Override
    public Signals observes() {
      return Signals.mean().withQueries();
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      super.observe(set, row);
      kept = row;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      super.score(set, scores);
      if (kept != null) {
        kept.query(0, set.scratch());
        scores[0] += set.scratch()[0];
      }
    }
  }

  static final class OwnDemand extends Plant.Oldest {
    private long calls;

    @Override
    public double demand(KvSet set) {
      return calls++;
    }
  }
}
