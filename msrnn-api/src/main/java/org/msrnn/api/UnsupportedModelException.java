package org.msrnn.api;

import org.jspecify.annotations.Nullable;

/** A model file is well formed, but describes a model that msrnn cannot run. */
public final class UnsupportedModelException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  /** A failure with its sentence. */
  public UnsupportedModelException(String message) {
    super(message);
  }

  /** A failure with its sentence and what lies behind it. */
  public UnsupportedModelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
