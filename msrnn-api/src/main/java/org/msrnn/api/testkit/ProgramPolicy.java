package org.msrnn.api.testkit;

import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/**
 * The plain meaning of a {@link ScoreProgram}, as a policy that takes all but the score from one.
 */
record ProgramPolicy(ScoreProgram meaning, EvictionPolicy declared) implements EvictionPolicy {
  @Override
  public Signals observes() {
    return switch (meaning) {
      case ScoreProgram.LastRow _ -> declared.observes().withLastQueries(1);
      case ScoreProgram.Accumulate _ -> declared.observes().withLastQueries(Signals.ALL_QUERIES);
      case ScoreProgram.Position _ -> Signals.NONE;
      case ScoreProgram.KeyNorm _ -> Signals.NONE.withKeys();
    };
  }

  @Override
  public Granularity granularity() {
    return declared.granularity();
  }

  @Override
  public int columns(SetShape shape) {
    return 1;
  }

  @Override
  public Pins pins(int states) {
    return declared.pins(states);
  }

  @Override
  public Trigger trigger() {
    return declared.trigger();
  }

  @Override
  public void observe(KvSet set, AttentionRow row) {
    double[] column = set.column(0);
    float[] weights = row.row(0);
    for (int e = 0; e < set.size(); e++) {
      double weight = weights[e];
      column[e] =
          meaning instanceof ScoreProgram.Accumulate sum
              ? sum.decay() * column[e] + (sum.power() == 2 ? weight * weight : weight)
              : weight;
    }
  }

  @Override
  public void score(KvSet set, double[] scores) {
    switch (meaning) {
      case ScoreProgram.LastRow _ -> column(set, scores);
      case ScoreProgram.Accumulate _ -> column(set, scores);
      case ScoreProgram.Position _ -> positions(set, scores);
      case ScoreProgram.KeyNorm _ -> keyNorms(set, scores);
    }
  }

  private static void column(KvSet set, double[] scores) {
    System.arraycopy(set.column(0), 0, scores, 0, set.size());
  }

  private static void positions(KvSet set, double[] scores) {
    for (int e = 0; e < set.size(); e++) {
      scores[e] = set.position(e);
    }
  }

  private static void keyNorms(KvSet set, double[] scores) {
    float[] key = set.scratch();
    for (int e = 0; e < set.size(); e++) {
      double norms = 0;
      for (int h = 0; h < set.kvHeads(); h++) {
        set.key(h, e, key);
        double squares = 0;
        for (float number : key) {
          squares += (double) number * number;
        }
        norms += Math.sqrt(squares);
      }
      scores[e] = -norms / set.kvHeads();
    }
  }
}
