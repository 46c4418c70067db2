package org.msrnn.api.testkit;

import org.jspecify.annotations.Nullable;

/** A broken rule: which, how it showed, and with which seed. */
public sealed class ContractViolation extends AssertionError permits PolicyFault {
  private static final long serialVersionUID = 1L;

  /** A broken rule. */
  public ContractViolation(String message) {
    super(message);
  }

  /** A broken rule, with the failure that showed it. */
  public ContractViolation(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
