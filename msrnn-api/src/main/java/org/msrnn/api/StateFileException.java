package org.msrnn.api;

import org.jspecify.annotations.Nullable;

/** A saved multi-state is damaged, or belongs to another model or configuration. */
public final class StateFileException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  /** A failure with its sentence. */
  public StateFileException(String message) {
    super(message);
  }

  /** A failure with its sentence and what lies behind it. */
  public StateFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
