package org.msrnn.api.policy;

/** The service by which a budget planner is found. */
public interface BudgetPlannerProvider {
  /** The name users write: lower-case ASCII letters, digits and hyphens, a letter first. */
  String name();

  /** The planner with the given options. */
  BudgetPlanner create(Options options);
}
