package org.msrnn.core.state;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/**
 * Takes one key/value set through the rows of a step or chunk: append, attend, observe, evict.
 *
 * <p>The regime and the policy's trigger say after which row states leave; rows between two such
 * decisions that nobody observes go through attention in one pass. A policy that drops the oldest
 * by position alone needs no decisions in between either: its kept sets are a band of the attention
 * matrix.
 *
 * <p>In a layer with a sliding window a state also leaves, whatever the policy thinks of it, when
 * the window has passed it: no later query sees it. So such a layer keeps min(k, window) states.
 */
public final class SetWalk {
  private final SlotSpace space;
  private final BoundedSet set;
  private final StateSpec spec;
  private final Signals signals;
  private final Trigger trigger;
  private final Kernels kernels;
  private final Backend backend;
  private final Attention attention;
  private final boolean rotatesAtRead;
  private final boolean banded;
  private final Heads queryHeads;
  private final double[] queryPosition = new double[1];
  private double[] mapped = new double[0];
  private @Nullable AttentionCall call;
  private @Nullable Buffer tap;

  /**
   * What attention needs to know of a layer.
   *
   * @param group query heads that read one KV head
   * @param headSize numbers in a key, query or value
   * @param scale factor on query times key
   * @param softCap as in {@link AttentionCall#softCap}
   * @param window newest positions that a query sees, its own among them; {@code Long.MAX_VALUE}
   *     for all
   * @param rope rotation of queries and keys, null for none
   */
  public record Attention(
      int group, int headSize, float scale, float softCap, long window, @Nullable Rope rope) {
    /** The sizes of a set that so many KV heads share. */
    SetShape shape(int kvHeads) {
      return new SetShape(kvHeads, group, headSize);
    }

    /** Whether keys are stored as they are, and rotated when they are read. */
    boolean rotatesAtRead(StateSpec spec) {
      return rope != null && spec.positions().rotatesAtRead();
    }
  }

  SetWalk(SlotSpace space, StateSpec spec, Backend backend, Attention attention) {
    this.space = space;
    this.spec = spec;
    this.backend = backend;
    this.kernels = backend.kernels();
    this.attention = attention;
    this.queryHeads =
        new Heads(
            space.firstKvHead() * attention.group,
            space.kv.heads() * attention.group,
            attention.headSize);
    this.signals = spec.policy().observes();
    this.trigger = spec.policy().trigger();
    this.set = new BoundedSet(space, spec.policy(), attention, backend.kernels(), spec.seed());
    this.rotatesAtRead = attention.rotatesAtRead(spec);
    // A band has one edge: sinks that a sliding window passes in the middle of it are walked.
    this.banded =
        spec.policy().positional()
            && signals.lastQueries() == 0
            && trigger.equals(Trigger.EVERY_STEP)
            && !rotatesAtRead
            && (attention.window == Long.MAX_VALUE || set.pins().first() == 0);
  }

  SlotSpace space() {
    return space;
  }

  /**
   * A step or chunk, one row a token.
   *
   * @param tokens ids of the tokens, filled for each step
   */
  public record Rows(int[] tokens, Buffer queries, Buffer keys, Buffer values, Buffer outputs) {}

  /**
   * Walks through rows.
   *
   * @param rows the buffers; queries and keys are rotated already unless the scheme rotates at read
   * @param first the row of the first token
   * @param count tokens
   * @param position the first token's position in the sequence
   * @param prompt the part of a prompt that the rows are, or null for a generated token
   */
  void advance(Rows rows, int first, int count, long position, @Nullable Part prompt) {
    int done = 0;
    while (done < count) {
      int decision = rowsToDecision(position + done, prompt, done);
      int pass = pass(count - done, decision);
      boolean observed = observed(decision);
      attend(rows, first + done, pass, position + done, observed);
      done += pass;
      set.expire(position + done - attention.window);
      boolean inBand = banded && spec.regime().kind() == Regime.Kind.STEPWISE;
      if (pass == decision || inBand) {
        set.evict();
      }
      space.notePeak();
    }
  }

  /**
   * The part of a prompt that a chunk of rows is.
   *
   * @param start tokens of the prompt before the chunk
   * @param length tokens of the whole prompt
   */
  public record Part(int start, int length) {}

  /** Rows from this one to the next after which states leave, 1 if it is this one itself. */
  private int rowsToDecision(long position, @Nullable Part prompt, int done) {
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
    int at = prompt.start() + done;
    int end = prompt.length() - at;
    Regime regime = spec.regime();
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
  private int pass(int left, int decision) {
    if (rotatesAtRead) {
      return 1; // every query sees the keys rotated in its own way
    }
    if (banded) {
      return spec.regime().kind() == Regime.Kind.STEPWISE ? left : Math.min(left, decision);
    }
    int unobserved =
        switch (signals.lastQueries()) {
          case 0 -> decision;
          case Signals.ALL_QUERIES -> 0;
          default -> Math.max(0, decision - signals.lastQueries());
        };
    return Math.max(1, Math.min(left, Math.min(decision, unobserved)));
  }

  private boolean observed(int decision) {
    return trigger.kind() != Trigger.Kind.NEVER
        && signals.lastQueries() > 0
        && (decision <= signals.lastQueries() || decision == Integer.MAX_VALUE);
  }

  private void attend(Rows rows, int first, int count, long position, boolean observed) {
    space.reserve(count, slotLimit());
    AttentionCall now = call(rows);
    for (int i = 0; i < count; i++) {
      int slot = space.append(rows.tokens[first + i], position + i);
      kernels.append(rows.keys, rows.values, first + i, space.firstKvHead(), space.kv, slot);
    }
    space.queries += count;
    queryPosition[0] = position;
    if (rotatesAtRead) {
      rotate(rows.queries, first);
    }
    now.row = first;
    now.rows = count;
    now.firstPosition = position;
    now.tap = observed && signals.rows() != Signals.Rows.NONE ? tap() : null;
    kernels.attend(now);
    if (observed) {
      set.observe(now, queryPosition[0]);
    }
  }

  /** Slots beyond which a doubling is not worth its memory: the budget and what comes on top. */
  private long slotLimit() {
    long kept =
        switch (trigger.kind()) {
          case EVERY -> space.budget + (long) Math.max(trigger.steps(), spec.regime().chunk());
          case NEVER, PROMPT_END -> Long.MAX_VALUE;
        };
    return Math.min(kept - 1, attention.window) + 1;
  }

  private void rotate(Buffer queries, int row) {
    int size = space.size();
    if (mapped.length < size) {
      mapped = new double[space.kv.capacity()];
    }
    spec.positions().map(space.entryPositions(), size, mapped);
    space.rotateAt(mapped);
    queryPosition[0] = mapped[size - 1];
    Rope rope = Objects.requireNonNull(attention.rope);
    kernels.rope(queries, row, 1, queryHeads, rope, queryPosition);
  }

  private AttentionCall call(Rows rows) {
    AttentionCall known = call;
    if (known != null
        && known.queries.equals(rows.queries)
        && known.outputs.equals(rows.outputs)
        && known.kv.equals(space.kv)) {
      return known;
    }
    AttentionCall fresh =
        new AttentionCall(
            rows.queries,
            rows.outputs,
            space.kv,
            space,
            space.firstKvHead(),
            attention.group,
            attention.scale,
            attention.softCap,
            attention.rope);
    fresh.window = attention.window;
    fresh.tapRows = signals.rows();
    fresh.tapReduce = signals.reduce();
    fresh.tapLogits = signals.logits();
    if (banded && spec.regime().kind() == Regime.Kind.STEPWISE) {
      fresh.sinks = set.pins().first();
      fresh.window = Math.min(attention.window, space.budget - set.pins().first() + 1L);
    }
    call = fresh;
    return fresh;
  }

  private Buffer tap() {
    Buffer known = tap;
    if (known == null || known.columns() < space.kv.capacity()) {
      if (known != null) {
        known.close();
      }
      known = backend.allocate(Objects.requireNonNull(call).tapCount(), space.kv.capacity());
      tap = known;
    }
    return known;
  }

  void close() {
    if (tap != null) {
      tap.close();
    }
    space.kv.close();
  }
}
