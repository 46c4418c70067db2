package org.msrnn.api;

import org.jspecify.annotations.Nullable;

/** An eviction policy broke its contract, or cannot work with the state size given. */
public final class PolicyException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  /** A failure with its sentence. */
  public PolicyException(String message) {
    super(message);
  }

  /** A failure with its sentence and what lies behind it. */
  public PolicyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
