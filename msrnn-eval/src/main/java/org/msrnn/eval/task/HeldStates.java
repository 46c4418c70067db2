package org.msrnn.eval.task;

import java.util.stream.IntStream;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Trigger;

/**
 * The most single states that any layer holds after each token of one feed but the last, which a
 * layer-major feed does not show while it runs. After the last one the multi-state says it itself,
 * with budgets that may have changed.
 *
 * @param budget the largest budget of any layer or KV head; where the heads of a layer compete, the
 *     largest mean of a layer's heads, since what each of them holds depends on their scores
 * @param every tokens between two decisions; 0 if there is none before the end
 */
record HeldStates(int budget, int every) {

  static HeldStates of(StateSpec spec, ModelInfo model) {
    var policy = spec.policy();
    var request = BudgetPlanner.Request.of(model, policy, spec.states());
    Budgets budgets = spec.budgets().plan(request);
    boolean compete = spec.budgets().guaranteed() < 1;
    int most = 1;
    for (int l = 0; l < model.layers(); l++) {
      int layer = l;
      var states =
          IntStream.range(0, model.kvHeads())
              .map(head -> budgets.states(layer, head))
              .summaryStatistics();
      most = Math.max(most, compete ? (int) Math.ceil(states.getAverage()) : states.getMax());
    }
    Trigger trigger = policy.trigger();
    boolean decides =
        trigger.kind() == Trigger.Kind.EVERY && spec.regime().kind() != Regime.Kind.WHOLE;
    int every =
        spec.regime().kind() == Regime.Kind.CHUNKED ? spec.regime().chunk() : trigger.steps();
    return new HeldStates(most, decides ? every : 0);
  }

  /** States held once {@code tokens} tokens were fed. */
  long after(long tokens) {
    long sinceDecision = every == 0 ? tokens : tokens % every;
    return Math.min(budget, tokens - sinceDecision) + sinceDecision;
  }
}
