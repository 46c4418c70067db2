package org.msrnn.api.testkit;

import org.jspecify.annotations.Nullable;

/** A fault of a policy that a simulation saw while the policy ran. */
final class PolicyFault extends ContractViolation {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  enum Kind {
    /** It threw. */
    FAILED,
    /** A score was not set, or not finite. */
    SCORES,
    /** Something behind the last entry was written. */
    OVERWRITTEN,
    /** An attention row was changed. */
    ROW_CHANGED,
    /** Something was read that was not declared. */
    UNDECLARED,
    /** A demand that is none, or that changed a column. */
    DEMAND
  }

  private final Kind kind;

  PolicyFault(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}
