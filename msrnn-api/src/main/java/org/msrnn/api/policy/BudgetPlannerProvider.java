package org.msrnn.api.policy;

/** The service by which a budget planner is found. */
public interface BudgetPlannerProvider {
  /** The name users write: lower-case ASCII letters, digits and hyphens, a letter first. */
  String name();

  /** One line for {@code msrnn policies}: what it spreads, and how. */
  default String summary() {
    return "";
  }

  /** Where it was published, for example {@code arXiv 2309.17453}; empty for common practice. */
  default String paper() {
    return "";
  }

  /** The planner with the given options. */
  BudgetPlanner create(Options options);
}
