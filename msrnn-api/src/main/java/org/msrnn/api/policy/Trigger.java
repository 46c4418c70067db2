package org.msrnn.api.policy;

/**
 * When states leave.
 *
 * @param kind the kind
 * @param steps for {@link Kind#EVERY}, the steps between two decisions; 1 for every step
 */
public record Trigger(Kind kind, int steps) {
  /** After every step: never more than k states are carried on. */
  public static final Trigger EVERY_STEP = new Trigger(Kind.EVERY, 1);

  /** Never: the state is unbounded (the topline). */
  public static final Trigger NEVER = new Trigger(Kind.NEVER, 0);

  /** Once, at the end of each prompt; while tokens are generated the state grows. */
  public static final Trigger PROMPT_END = new Trigger(Kind.PROMPT_END, 0);

  /** The kinds of trigger. */
  public enum Kind {
    /** After every so many steps, and at the end of a prompt. */
    EVERY,
    /** At the end of a prompt. */
    PROMPT_END,
    /** Never. */
    NEVER
  }

  /** Checks the step count. */
  public Trigger {
    if ((kind == Kind.EVERY) != (steps > 0)) {
      throw new IllegalArgumentException(kind + " does not go with " + steps + " steps");
    }
  }

  /** After every {@code steps} steps: up to k + steps - 1 states are carried on. */
  public static Trigger every(int steps) {
    return new Trigger(Kind.EVERY, steps);
  }
}
