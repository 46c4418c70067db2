package org.msrnn.eval.retention;

import java.util.Arrays;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * Hindsight, for evaluation alone: of each layer's states the one leaves to which the full model
 * will attend least from here on, known from a first pass over the same tokens.
 *
 * <p>It is a mark for attention kept, not for perplexity: it keeps what the full model looks at,
 * and which states help to predict is another question, all the more as a bounded model's own
 * queries differ from the full model's. And it is greedy: it counts what is to come and not when,
 * so that another order of leaving may keep a little more. What nobody can go below is {@link
 * AttentionLoss#least}.
 *
 * @param trace the first pass
 * @param received what each key receives of attention in all, {@code [layers][tokens]}
 */
public record Clairvoyant(AttentionTrace trace, double[][] received) implements EvictionPolicy {

  /** The policy that knows a trace. */
  public static Clairvoyant of(AttentionTrace trace) {
    double[][] received = new double[trace.layers()][];
    Arrays.setAll(received, trace::received);
    return new Clairvoyant(trace, received);
  }

  /**
   * The policy in a setting.
   *
   * @param setting all but the policy
   */
  public static StateSpec spec(AttentionTrace trace, StateSpec setting) {
    return new StateSpec(
        of(trace),
        setting.states(),
        setting.regime(),
        setting.positions(),
        setting.budgets(),
        setting.storage(),
        setting.seed());
  }

  @Override
  public Signals observes() {
    return Signals.NONE;
  }

  /** The attention that an entry has yet to receive, up to the last score. */
  @Override
  public int columns(SetShape shape) {
    return 1;
  }

  /** Queries whose attention has been taken off the column. */
  @Override
  public int memory(SetShape shape) {
    return 1;
  }

  @Override
  public void score(KvSet set, double[] scores) {
    int from = (int) set.memory()[0];
    int to = demandKnown(set.queries());
    double[] toCome = set.column(0);
    for (int e = 0; e < set.size(); e++) {
      int key = (int) set.position(e);
      if (key >= from) {
        toCome[e] = received[set.layer()][key];
      }
      for (int query = Math.max(from, key); query < to; query++) {
        toCome[e] -= trace.weight(set.layer(), query, key);
      }
      scores[e] = toCome[e];
    }
    set.memory()[0] = to;
  }

  private int demandKnown(long queries) {
    if (queries > trace.tokens()) {
      throw new MsrnnException(
          "the clairvoyant policy knows what is to come of "
              + trace.tokens()
              + " tokens, and token "
              + queries
              + " was fed");
    }
    return (int) queries;
  }

  @Override
  public String toString() {
    return "clairvoyant";
  }
}
