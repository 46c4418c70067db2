package org.msrnn.api.policy;

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
   * @param granularity whether heads of a layer may differ
   */
  record Request(int layers, int kvHeads, int states, Granularity granularity) {}

  /** The budgets of a new multi-state; their mean over layers and heads is k. */
  Budgets plan(Request request);
}
