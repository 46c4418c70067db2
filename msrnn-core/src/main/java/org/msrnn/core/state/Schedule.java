package org.msrnn.core.state;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/**
 * Which rows go through attention together, which are observed, and after which states leave.
 *
 * <p>The regime and the policy's trigger say after which row states leave; rows between two such
 * decisions that nobody observes go through attention in one pass. A policy that drops the oldest
 * by position alone needs no decisions in between either: its kept sets are a band of the attention
 * matrix.
 *
 * @param banded whether the kept sets are a band
 * @param single whether every row goes alone, since every query sees the keys in its own way
 */
record Schedule(Regime regime, Trigger trigger, Signals signals, boolean banded, boolean single) {

  /** Whether a pass is a band of its own, after which the excess leaves. */
  boolean inBand() {
    return banded && regime.kind() == Regime.Kind.STEPWISE;
  }

  /**
   * Rows from one to the next after which states leave, 1 if it is that one itself.
   *
   * @param position the row's position in the sequence
   * @param prompt the part of a prompt that it is in, or null for a generated token
   * @param row the row's number in that part
   */
  int rowsToDecision(long position, SetWalk.@Nullable Part prompt, int row) {
    if (trigger.kind() == Trigger.Kind.NEVER) {
      return Integer.MAX_VALUE;
    }
    int every =
        trigger.kind() == Trigger.Kind.EVERY
            ? trigger.steps() - (int) (position % trigger.steps())
            : Integer.MAX_VALUE;
    if (prompt == null) {
      return every;
    }
    int at = prompt.start() + row;
    int end = prompt.length() - at;
    return switch (regime.kind()) {
      case STEPWISE -> Math.min(every, end);
      case CHUNKED ->
          trigger.kind() == Trigger.Kind.PROMPT_END
              ? end
              : Math.min(regime.chunk() - at % regime.chunk(), end);
      case WHOLE -> end;
    };
  }

  /** Rows that go through attention in one pass. */
  int pass(int left, int decision) {
    if (single) {
      return 1;
    }
    if (banded) {
      return inBand() ? left : Math.min(left, decision);
    }
    int unobserved =
        switch (signals.lastQueries()) {
          case 0 -> decision;
          case Signals.ALL_QUERIES -> 0;
          default -> Math.max(0, decision - signals.lastQueries());
        };
    return Math.max(1, Math.min(left, Math.min(decision, unobserved)));
  }

  /** Whether the policy sees the row of a pass that begins so many rows before a decision. */
  boolean observed(int decision) {
    return trigger.kind() != Trigger.Kind.NEVER
        && signals.lastQueries() > 0
        && (decision <= signals.lastQueries() || decision == Integer.MAX_VALUE);
  }

  /** Whether states leave after a pass. */
  boolean decides(int pass, int decision) {
    return pass == decision || inBand();
  }

  /** Rows that are taken in between two decisions, of a prompt or of generated tokens. */
  int between(SetWalk.@Nullable Part prompt) {
    return Math.max(Math.max(1, trigger.steps()), prompt == null ? 1 : regime.chunk());
  }
}
