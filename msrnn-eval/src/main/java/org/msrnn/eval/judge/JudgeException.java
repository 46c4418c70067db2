package org.msrnn.eval.judge;

import org.msrnn.api.MsrnnException;

/**
 * A judge gave no answer. The sentence is made of method, host and status alone, and there is no
 * cause: what the JDK and the server say may repeat the key.
 */
public final class JudgeException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  /** How far a failure reaches. */
  enum Reach {
    /** This request alone. */
    REQUEST,
    /** This request, whose tries are used up; several in a row mean that the server is gone. */
    EXHAUSTED,
    /** Every other request would fail as well. */
    EVERYTHING
  }

  private final Reach reach;

  JudgeException(Reach reach, String message) {
    super(message);
    this.reach = reach;
  }

  Reach reach() {
    return reach;
  }
}
