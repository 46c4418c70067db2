package org.msrnn.policies;

import java.util.Optional;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code tova}: token omission via attention. The state that the newest query attends to least
 * leaves: {@code argmin_j mean_h a[h][j]}, over all query heads of the layer and after the
 * attention, so that the newest state itself may leave.
 *
 * <p>Options: {@code granularity=kv-head} is the paper's TOVA-head, with the mean over the query
 * heads that read one KV head; {@code sinks=i} is TOVA+i of its table 3; {@code keep-newest} never
 * drops the newest state.
 */
public final class TovaPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public TovaPolicy() {}

  @Override
  public String name() {
    return "tova";
  }

  @Override
  public String summary() {
    return "the state that the newest query attends to least leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2401.06104, section 3.3 and algorithm 1";
  }

  @Override
  public String differences() {
    return "The authors' code (schwartz-lab-NLP/TOVA) leaves ties to torch.topk, here the oldest"
        + " leaves; it feeds a prompt in the regime whole alone. kvpress calls keep-newest TOVA.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Tova(
        options.choice("granularity", Granularity.LAYER),
        options.integer("sinks", 0, 0, Integer.MAX_VALUE),
        options.flag("keep-newest", false));
  }

  private record Tova(Granularity granularity, int sinks, boolean keepNewest)
      implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean();
    }

    @Override
    public int columns(SetShape shape) {
      return 1;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] last = set.column(0);
      float[] mean = row.row(0);
      for (int e = 0; e < set.size(); e++) {
        last[e] = mean[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, keepNewest ? 1 : 0);
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.of(new ScoreProgram.LastRow());
    }
  }
}
