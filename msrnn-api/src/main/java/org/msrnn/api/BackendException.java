package org.msrnn.api;

import org.jspecify.annotations.Nullable;

/** A backend cannot do what was asked of it: a type it lacks, memory it does not have. */
public final class BackendException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  /** A failure with its sentence. */
  public BackendException(String message) {
    super(message);
  }

  /** A failure with its sentence and what lies behind it. */
  public BackendException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
