package org.msrnn.core.state;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** One key/value set in attention: rows are appended, attend and are observed. */
final class SetAttention {
  private final SlotSpace space;
  private final BoundedSet set;
  private final StateSpec spec;
  private final SetWalk.Attention attention;
  private final Signals signals;
  private final Backend backend;
  private final Kernels kernels;
  private final boolean rotatesAtRead;
  private final boolean competes;
  private final Schedule schedule;
  private final Heads queryHeads;
  private final double[] queryPosition = new double[1];
  private double[] mapped = new double[0];
  private int[] slots = new int[1];
  private @Nullable AttentionCall call;
  private @Nullable Buffer tap;

  SetAttention(SlotSpace space, StateSpec spec, Backend backend, SetWalk.Attention attention) {
    this.space = space;
    this.spec = spec;
    this.backend = backend;
    this.kernels = backend.kernels();
    this.attention = attention;
    this.signals = spec.policy().observes();
    this.set = new BoundedSet(space, spec, attention, kernels);
    this.rotatesAtRead = attention.rotatesAtRead(spec);
    this.competes = spec.budgets().guaranteed() < 1;
    this.queryHeads =
        new Heads(
            space.firstKvHead() * attention.group(),
            space.kv.heads() * attention.group(),
            attention.headSize());
    Trigger trigger = spec.policy().trigger();
    this.schedule = new Schedule(spec.regime(), trigger, signals, isBanded(trigger), rotatesAtRead);
  }

  /** A band has one edge: sinks that a sliding window passes in the middle of it are walked. */
  private boolean isBanded(Trigger trigger) {
    boolean seesAll = attention.window() == Long.MAX_VALUE;
    return spec.policy().positional()
        && signals.lastQueries() == 0
        && trigger.equals(Trigger.EVERY_STEP)
        && !rotatesAtRead
        && !competes
        && (seesAll || (set.pins().first() == 0 && !spec.budgets().adaptive()));
  }

  SlotSpace space() {
    return space;
  }

  BoundedSet set() {
    return set;
  }

  Schedule schedule() {
    return schedule;
  }

  /** Changes how many states may stay; they leave at the next decision. */
  void budget(int states) {
    set.budget(states);
    call = null;
  }

  /**
   * Takes rows in: they are appended, attend over all states held, the policy observes, and states
   * that a sliding window has passed leave.
   *
   * @param between rows that are taken in between two decisions
   */
  void attend(
      SetWalk.Rows rows, int first, int count, long position, boolean observed, int between) {
    space.reserve(count, Math.max(slots(between), competes ? space.size() + count + slack() : 0));
    AttentionCall now = call(rows);
    if (slots.length < count) {
      slots = new int[count];
    }
    for (int i = 0; i < count; i++) {
      slots[i] = space.append(rows.tokens()[first + i], position + i);
    }
    int firstKvHead = space.firstKvHead();
    kernels.append(rows.keys(), rows.values(), first, count, firstKvHead, space.kv, slots);
    space.queries += count;
    queryPosition[0] = position;
    if (rotatesAtRead) {
      rotate(rows.queries(), first);
    }
    now.row = first;
    now.rows = count;
    now.firstPosition = position;
    now.tap = observed && signals.rows() != Signals.Rows.NONE ? tap() : null;
    kernels.attend(now);
    if (observed) {
      set.observe(now, queryPosition[0]);
    }
    set.expire(position + count - attention.window());
  }

  /** Slots beyond which a doubling is not worth its memory: the budget and what comes on top. */
  private long slots(int between) {
    long kept =
        switch (spec.policy().trigger().kind()) {
          case EVERY -> (long) space.budget + between;
          case NEVER, PROMPT_END -> Long.MAX_VALUE;
        };
    return Math.min(kept - 1, attention.window()) + 1;
  }

  /** Slots by which a competing head may differ from what it needs: it grows and shrinks so far. */
  private int slack() {
    return competes ? 2 + space.budget / 64 : 0;
  }

  /** After a prompt: gives back the slots that generated tokens do not need. */
  void fit() {
    fit(schedule.between(null));
  }

  /**
   * Gives back the slots that the set does not need from here to its next decision. What decides
   * whether states move to other slots is saved with the state, so that a copy moves them as well.
   *
   * @param between rows that are taken in between two decisions
   */
  void fit(int between) {
    long needed =
        switch (spec.policy().trigger().kind()) {
          case EVERY -> competes ? (long) space.size() + between + slack() : slots(between);
          case PROMPT_END -> space.size() + 1L;
          case NEVER -> slots(between);
        };
    long most = Math.max(needed, space.size() + 1L) + slack();
    if (space.extent() > most) {
      space.compact(backend, (int) (most - slack()));
    } else if (space.kv.capacity() > most) {
      space.shrink(backend, (int) Math.max(most - slack(), space.extent()));
    }
  }

  /** Moves the states to the first slots. */
  void pack() {
    space.compact(backend, space.size() + 1);
  }

  private void rotate(Buffer queries, int row) {
    int size = space.size();
    if (mapped.length < size) {
      mapped = new double[space.kv.capacity()];
    }
    spec.positions().map(space.entryPositions(), size, mapped);
    space.rotateAt(mapped);
    queryPosition[0] = mapped[size - 1];
    Rope rope = Objects.requireNonNull(attention.rope());
    kernels.rope(queries, row, 1, queryHeads, rope, queryPosition);
  }

  private AttentionCall call(SetWalk.Rows rows) {
    AttentionCall known = call;
    if (known != null
        && known.queries.equals(rows.queries())
        && known.outputs.equals(rows.outputs())
        && known.kv.equals(space.kv)) {
      return known;
    }
    AttentionCall fresh =
        new AttentionCall(
            rows.queries(),
            rows.outputs(),
            space.kv,
            space,
            space.firstKvHead(),
            attention.group(),
            attention.scale(),
            attention.softCap(),
            attention.rope());
    fresh.window = attention.window();
    fresh.tapRows = signals.rows();
    fresh.tapReduce = signals.reduce();
    fresh.tapLogits = signals.logits();
    if (schedule.inBand()) {
      fresh.sinks = set.pins().first();
      fresh.window = Math.min(attention.window(), space.budget - set.pins().first() + 1L);
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
