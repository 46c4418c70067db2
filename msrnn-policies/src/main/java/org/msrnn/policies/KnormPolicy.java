package org.msrnn.policies;

import java.util.Optional;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code knorm}: the state with the longest key leaves, since short keys get much attention: {@code
 * score_j = -mean_h |k[h][j]|}, over the KV heads that share the set. A key's length is taken once,
 * when it is first seen.
 *
 * <p>Option: {@code granularity=layer} lets the heads of a layer share one set.
 */
public final class KnormPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public KnormPolicy() {}

  @Override
  public String name() {
    return "knorm";
  }

  @Override
  public String summary() {
    return "the state with the longest key leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2406.11430, section 3";
  }

  @Override
  public String differences() {
    return "The authors leave the first two layers whole and reduce a prompt at once; here every"
        + " layer is bounded, and a state leaves at every step.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Knorm(options.choice("granularity", Granularity.KV_HEAD));
  }

  private record Knorm(Granularity granularity) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE.withKeys();
    }

    @Override
    public int columns(SetShape shape) {
      return 1;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      double[] norm = set.column(0);
      for (int e = 0; e < set.size(); e++) {
        if (norm[e] == 0) { // as a new state's is
          norm[e] = norm(set, e);
        }
        scores[e] = -norm[e];
      }
    }

    private static double norm(KvSet set, int entry) {
      float[] key = set.scratch();
      double sum = 0;
      for (int h = 0; h < set.kvHeads(); h++) {
        set.key(h, entry, key);
        sum += Math.sqrt(Vectors.squares(key));
      }
      return sum / set.kvHeads();
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.of(new ScoreProgram.KeyNorm());
    }
  }
}
