package org.msrnn.api;

import org.jspecify.annotations.Nullable;

/** A plug-in that was asked for was found but refused, and this is why. */
public final class PluginException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  /** A failure with its sentence. */
  public PluginException(String message) {
    super(message);
  }

  /** A failure with its sentence and what lies behind it. */
  public PluginException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
