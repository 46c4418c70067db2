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
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** One key/value set in attention: rows are appended, attend and are observed. */
final class SetAttention {
  private final SlotSpace space;
  private final @Nullable DeviceSlots device;
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
  private final StepTaps stepTaps;
  private final int stepRow;
  private final double[] queryPosition = new double[1];
  private double[] mapped = new double[0];
  private int[] slots = new int[1];
  private @Nullable AttentionCall call;
  private @Nullable Buffer tap;
  private float[] tapped = new float[0];
  private boolean observed;
  private boolean inStep;
  private long next;

  /**
   * A set.
   *
   * @param stepTaps where the queries of single steps leave their rows
   */
  SetAttention(
      SlotSpace space,
      StateSpec spec,
      Backend backend,
      SetWalk.Attention attention,
      StepTaps stepTaps) {
    this.space = space;
    this.spec = spec;
    this.backend = backend;
    this.kernels = backend.kernels();
    this.attention = attention;
    this.signals = spec.policy().observes();
    this.rotatesAtRead = attention.rotatesAtRead(spec);
    this.competes = spec.budgets().guaranteed() < 1;
    this.device = device();
    this.set = new BoundedSet(space, spec, attention, kernels, device);
    this.queryHeads =
        new Heads(
            space.firstKvHead() * attention.group(),
            space.kv.heads() * attention.group(),
            attention.headSize());
    Trigger trigger = spec.policy().trigger();
    this.schedule = new Schedule(spec.regime(), trigger, signals, isBanded(trigger), rotatesAtRead);
    this.stepTaps = stepTaps;
    this.stepRow = device != null || rows() == 0 ? 0 : stepTaps.add(rows());
  }

  /**
   * The device that chooses what leaves, if the policy has a program for it. Not where the host
   * must know what is held: to rotate keys by their rank, to compare heads, to drop what a sliding
   * window has passed, or to plan anew. Positions the host knows by itself, without asking.
   */
  private @Nullable DeviceSlots device() {
    ScoreProgram program = spec.policy().program().orElse(null);
    return program == null || needsHost(program) ? null : space.runOnDevice(backend, program);
  }

  private boolean needsHost(ScoreProgram program) {
    return program instanceof ScoreProgram.Position
        || rotatesAtRead
        || competes
        || attention.window() != Long.MAX_VALUE
        || spec.budgets().adaptive()
        || spec.policy().trigger().kind() != Trigger.Kind.EVERY
        || space.columnCount() > 1
        || space.memory.length > 0
        || (signals.rows() != Signals.Rows.NONE && signals.rows() != Signals.Rows.SET);
  }

  /** Rows that the policy observes of a query. */
  private int rows() {
    return set.row().rows();
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

  /** Makes room for some rows that are taken in between two decisions. */
  void reserve(int count, int between) {
    space.reserve(count, Math.max(slots(between), competes ? space.size() + count + slack() : 0));
  }

  /**
   * Takes rows in: they are appended, and attend over all states held.
   *
   * @param between rows that are taken in between two decisions
   * @param observed whether the policy sees the row
   * @param step whether it is a step by itself, whose rows are read with those of other layers
   */
  void attend(
      SetWalk.Rows rows,
      int first,
      int count,
      long position,
      int between,
      boolean observed,
      boolean step) {
    reserve(count, between);
    AttentionCall now = call(rows);
    append(rows, first, count, position);
    space.queries += count;
    queryPosition[0] = position;
    if (rotatesAtRead) {
      rotate(rows.queries(), first);
    }
    this.observed = observed;
    this.inStep = step && device == null;
    this.next = position + count;
    now.row = first;
    now.rows = count;
    now.firstPosition = position;
    boolean taps = observed && rows() > 0;
    now.tap = taps ? (inStep ? stepTaps.buffer() : tap()) : null;
    now.tapRow = inStep ? stepRow : 0;
    kernels.attend(now);
    if (observed) {
      set.row().loadQuery(now, queryPosition[0]); // the next layer's queries take its place
    }
  }

  private void append(SetWalk.Rows rows, int first, int count, long position) {
    if (device != null) {
      device.append(rows.keys(), rows.values(), first, count, rows.tokens(), position);
      return;
    }
    if (slots.length < count) {
      slots = new int[count];
    }
    for (int i = 0; i < count; i++) {
      slots[i] = space.append(rows.tokens()[first + i], position + i);
    }
    int firstKvHead = space.firstKvHead();
    kernels.append(rows.keys(), rows.values(), first, count, firstKvHead, space.kv, slots);
  }

  /** Slots whose rows of this step must be read before {@link #settle}; 0 if none. */
  int tapped() {
    return observed && inStep && rows() > 0 ? space.extent() : 0;
  }

  /** After the attention: the policy observes, and what a sliding window has passed leaves. */
  void settle() {
    if (observed) {
      observed = false;
      observe(Objects.requireNonNull(call));
    }
    if (attention.window() != Long.MAX_VALUE) {
      set.expire(next - attention.window());
    }
  }

  private void observe(AttentionCall made) {
    if (made.tap != null && device != null) {
      device.observe(made.tap, made.tapRow);
      return;
    }
    if (made.tap != null && inStep) {
      set.row().loadRows(stepTaps.host(), stepRow * stepTaps.stride(), stepTaps.stride());
    } else if (made.tap != null) {
      int extent = space.extent();
      if (tapped.length < rows() * extent) {
        tapped = new float[rows() * space.kv.capacity()];
      }
      kernels.read(made.tap, 0, rows(), extent, tapped);
      set.row().loadRows(tapped, 0, extent);
    }
    set.observe();
  }

  /** Slots beyond which to grow ahead is not worth its memory: the budget and what comes on top. */
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
      known = backend.allocate(rows(), space.kv.capacity());
      tap = known;
    }
    return known;
  }

  void close() {
    if (tap != null) {
      tap.close();
    }
    space.close();
  }
}
