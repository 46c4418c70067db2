package org.msrnn.eval.task;

import org.msrnn.api.ModelInfo;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Trigger;

/**
 * The most single states that any layer holds after each token of one feed, which a layer-major
 * feed does not show while it runs.
 *
 * @param budget the largest budget of any layer or KV head
 * @param every tokens between two decisions; 0 if there is none before the end
 */
record HeldStates(int budget, int every) {

  static HeldStates of(StateSpec spec, ModelInfo model) {
    var policy = spec.policy();
    Budgets budgets =
        spec.budgets()
            .plan(
                new BudgetPlanner.Request(
                    model.layers(), model.kvHeads(), spec.states(), 1, policy.granularity()));
    int most = 1;
    for (int l = 0; l < model.layers(); l++) {
      for (int h = 0; h < model.kvHeads(); h++) {
        most = Math.max(most, budgets.states(l, h));
      }
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
