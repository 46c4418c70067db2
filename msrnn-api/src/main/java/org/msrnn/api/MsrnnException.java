package org.msrnn.api;

import org.jspecify.annotations.Nullable;

/**
 * A failure that msrnn foresaw. The message is one sentence for the person at the keyboard: what
 * was found, where, and what is allowed.
 */
public class MsrnnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure with its sentence. */
  public MsrnnException(String message) {
    super(message);
  }

  /** A failure with its sentence and what lies behind it. */
  public MsrnnException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
