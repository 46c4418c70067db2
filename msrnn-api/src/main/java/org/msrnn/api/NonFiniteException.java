package org.msrnn.api;

import org.jspecify.annotations.Nullable;

/** A NaN or an infinite number appeared where only finite numbers make sense. */
public final class NonFiniteException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  /** A failure with its sentence. */
  public NonFiniteException(String message) {
    super(message);
  }

  /** A failure with its sentence and what lies behind it. */
  public NonFiniteException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
