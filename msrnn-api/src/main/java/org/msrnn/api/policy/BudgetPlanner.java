package org.msrnn.api.policy;

import org.msrnn.api.ModelInfo;

/**
 * Spreads the state size over layers and KV heads. Immutable and thread-safe. Its {@code toString}
 * names it with all its options, since saved states and results are known by it.
 */
public interface BudgetPlanner {
  /** Every layer and every head keeps k states: the paper's setting. */
  BudgetPlanner UNIFORM =
      new BudgetPlanner() {
        @Override
        public Budgets plan(Request request) {
          return Budgets.uniform(request.layers(), request.kvHeads(), request.states());
        }

        @Override
        public String toString() {
          return "uniform";
        }
      };

  /**
   * What is to be planned.
   *
   * @param layers layers of the model
   * @param kvHeads KV heads a layer
   * @param states k, the mean budget of a layer
   * @param least the smallest budget with which the policy can work, its pins considered
   * @param granularity whether heads of a layer may differ
   */
  record Request(int layers, int kvHeads, int states, int least, Granularity granularity) {
    /**
     * What a policy asks for on a model.
     *
     * @param states k
     */
    public static Request of(ModelInfo model, EvictionPolicy policy, int states) {
      return new Request(
          model.layers(), model.kvHeads(), states, least(policy, states), policy.granularity());
    }

    /** The smallest budget, at most k, that the policy's pins leave something to drop of. */
    private static int least(EvictionPolicy policy, int states) {
      for (int budget = 1; budget < states; budget++) {
        Pins pins = policy.pins(budget);
        if (pins.equals(Pins.NONE) || (long) pins.first() + pins.last() < budget) {
          return budget;
        }
      }
      return states;
    }

    /** The states that all layers and KV heads may keep together. */
    public long total() {
      return Math.multiplyExact(Math.multiplyExact((long) layers, kvHeads), states);
    }
  }

  /** The budgets of a new multi-state; their mean over layers and heads is at most k. */
  Budgets plan(Request request);

  /**
   * The share of its budget that a KV head has for itself. With less than 1, the heads of a layer
   * compete: of all their states the lowest scores leave, wherever they are, but each head keeps
   * its best {@code floor(guaranteed * budget)}, pins counting among them (Ada-KV, arXiv
   * 2407.11550). From 0 to 1; less than 1 needs granularity {@code kv-head}.
   */
  default double guaranteed() {
    return 1;
  }

  /** Whether budgets change at the end of a prompt; then {@link #replan} is called. */
  default boolean adaptive() {
    return false;
  }

  /**
   * New budgets, called when the last token of a prompt has gone through a layer, before its states
   * leave: for that layer and all before it, whose states beyond their new budgets leave as well.
   *
   * @param request as in {@link #plan}
   * @param demands {@code [layers so far][KV heads]}, what {@link EvictionPolicy#demand} says of
   *     each set; with granularity {@code layer} the same for all heads
   * @return budgets of the layers so far
   */
  default Budgets replan(Request request, double[][] demands) {
    throw new UnsupportedOperationException(this + " is not adaptive");
  }
}
