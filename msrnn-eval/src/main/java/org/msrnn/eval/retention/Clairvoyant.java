package org.msrnn.eval.retention;

import java.util.Arrays;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Signals;

/**
 * Hindsight, for evaluation alone: of each layer's states the one leaves that is worth its place
 * least, known from a first pass of the full model over the same tokens. What a place is worth to a
 * state is the attention that it will receive a step, for as long as that pays: the largest mean
 * over the next 1, 2, 3, ... queries.
 *
 * <p>The plain sum of all that is to come is no measure of that. It keeps states which get a little
 * for ever and drops new ones that get much soon, and on 4,096 tokens of a novel it loses more
 * attention than random choice.
 *
 * <p>It is a mark for attention kept, not for perplexity: it keeps what the full model looks at,
 * and which states help to predict is another question, all the more as a bounded model's own
 * queries differ from the full model's. And it is greedy, so that another order of leaving may keep
 * a little more. What nobody can go below is {@link AttentionLoss#least}.
 */
public final class Clairvoyant implements EvictionPolicy {
  private final int tokens;

  /** By layer, for each query and key up to it: what the key's place is worth after the query. */
  private final float[][] worth;

  private Clairvoyant(AttentionTrace trace) {
    this.tokens = trace.tokens();
    this.worth = new float[trace.layers()][];
    Arrays.setAll(worth, layer -> worth(trace, layer));
  }

  /**
   * The policy that knows a trace. It takes twice the trace's memory.
   *
   * @throws MsrnnException if that is not there
   */
  public static Clairvoyant of(AttentionTrace trace) {
    AttentionTrace.demandRoom(trace.tokens(), trace.layers(), Float.BYTES);
    return new Clairvoyant(trace);
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

  private static float[] worth(AttentionTrace trace, int layer) {
    int tokens = trace.tokens();
    float[] worth = new float[Math.toIntExact(AttentionTrace.start(tokens))];
    double[] sums = new double[tokens];
    int[] lengths = new int[tokens];
    for (int key = 0; key < tokens; key++) {
      // Runs of queries whose means fall from one to the next, the earliest run on top: the first
      // run of a falling sequence is the beginning that has the largest mean.
      int top = -1;
      for (int query = tokens - 2; query >= key; query--) {
        top++;
        sums[top] = trace.weight(layer, query + 1, key);
        lengths[top] = 1;
        while (top > 0 && sums[top] / lengths[top] <= sums[top - 1] / lengths[top - 1]) {
          sums[top - 1] += sums[top];
          lengths[top - 1] += lengths[top];
          top--;
        }
        worth[(int) AttentionTrace.start(query) + key] = (float) (sums[top] / lengths[top]);
      }
    }
    return worth;
  }

  @Override
  public Signals observes() {
    return Signals.NONE;
  }

  @Override
  public void score(KvSet set, double[] scores) {
    if (set.queries() > tokens) {
      throw new MsrnnException(
          "the clairvoyant policy knows what is to come of "
              + tokens
              + " tokens, and token "
              + set.queries()
              + " was fed");
    }
    int row = (int) AttentionTrace.start(set.queries() - 1);
    for (int e = 0; e < set.size(); e++) {
      scores[e] = worth[set.layer()][row + (int) set.position(e)];
    }
  }

  @Override
  public String toString() {
    return "clairvoyant";
  }
}
