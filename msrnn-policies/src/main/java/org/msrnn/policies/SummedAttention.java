package org.msrnn.policies;

import java.util.Optional;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * The least attention received leaves: {@code S_j <- decay * S_j + (mean_h a[h][j])^power} at every
 * query since the state came, its own included. What H2O and its kin have in common; sums are
 * double, where 16-bit sums stop growing after some 2,000 queries.
 *
 * @param normalised whether the sum is divided by that of an attention of 1 at every query: by the
 *     number of queries if nothing decays
 */
record SummedAttention(Granularity granularity, double decay, int power, boolean normalised)
    implements EvictionPolicy {
  @Override
  public Signals observes() {
    // what has decayed at once is the newest query's alone
    return decay == 0 ? Signals.mean() : Signals.mean().withLastQueries(Signals.ALL_QUERIES);
  }

  @Override
  public int columns(SetShape shape) {
    return normalised ? 2 : 1;
  }

  @Override
  public void observe(KvSet set, AttentionRow row) {
    double[] sum = set.column(0);
    float[] mean = row.row(0);
    for (int e = 0; e < set.size(); e++) {
      double weight = mean[e];
      sum[e] = decay * sum[e] + (power == 2 ? weight * weight : weight);
    }
    if (normalised) {
      double[] most = set.column(1);
      for (int e = 0; e < set.size(); e++) {
        most[e] = decay * most[e] + 1;
      }
    }
  }

  @Override
  public void score(KvSet set, double[] scores) {
    double[] sum = set.column(0);
    System.arraycopy(sum, 0, scores, 0, set.size());
    if (normalised) {
      double[] most = set.column(1);
      for (int e = 0; e < set.size(); e++) {
        scores[e] /= most[e];
      }
    }
  }

  @Override
  public Optional<ScoreProgram> program() {
    return normalised || decay == 0
        ? Optional.empty()
        : Optional.of(new ScoreProgram.Accumulate(decay, power));
  }
}
