package org.msrnn.core.state;

import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Trigger;

/**
 * Takes sets of a layer through the rows of a step or chunk: append, attend, observe, evict. One
 * set walks by itself; the sets of heads that compete walk together, since what leaves one of them
 * depends on the others.
 *
 * <p>In a layer with a sliding window a state also leaves, whatever the policy thinks of it, when
 * the window has passed it: no later query sees it. So such a layer keeps min(k, window) states.
 */
public final class SetWalk {
  private final List<SetAttention> sets;
  private final Schedule schedule;
  private final Kernels kernels;
  private final boolean replans;
  private final SharedSelection selection;
  private final Pass pass = new Pass();

  /**
   * What attention needs to know of a layer.
   *
   * @param group query heads that read one KV head
   * @param headSize numbers in a key, query or value
   * @param scale factor on query times key
   * @param softCap as in {@link org.msrnn.api.backend.AttentionCall#softCap}
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

  /**
   * A walk.
   *
   * @param sets one set, or those that decide together
   */
  SetWalk(List<SetAttention> sets, StateSpec spec, Backend backend) {
    this.sets = List.copyOf(sets);
    this.schedule = sets.getFirst().schedule();
    this.kernels = backend.kernels();
    this.replans = replans(spec);
    this.selection = new SharedSelection(sets.size(), spec.policy());
  }

  /** Whether budgets change at the end of a prompt. */
  static boolean replans(StateSpec spec) {
    return spec.budgets().adaptive() && spec.policy().trigger().kind() != Trigger.Kind.NEVER;
  }

  /**
   * A step or chunk, one row a token.
   *
   * @param tokens ids of the tokens, filled for each step
   */
  public record Rows(int[] tokens, Buffer queries, Buffer keys, Buffer values, Buffer outputs) {}

  /**
   * The part of a prompt that a chunk of rows is.
   *
   * @param start tokens of the prompt before the chunk
   * @param length tokens of the whole prompt
   */
  public record Part(int start, int length) {}

  /** Before a step: room for one more state, so that nothing moves while layers are walked. */
  void reserve() {
    for (int s = 0; s < sets.size(); s++) {
      sets.get(s).reserve(1, schedule.between(null));
    }
  }

  /**
   * The attention of a step, one row. What follows from it waits for {@link #decide}: nothing of
   * the step looks at it, and a device need not be waited for in every layer.
   *
   * @param alone whether nothing else runs at the same time, so that sets may run side by side
   */
  void attend(Rows rows, int row, long position, boolean alone) {
    int decision = schedule.rowsToDecision(position, null, 0);
    pass.rows = rows;
    pass.first = row;
    pass.count = 1;
    pass.position = position;
    pass.observed = schedule.observed(decision);
    pass.between = schedule.between(null);
    pass.step = true;
    pass.run(alone);
  }

  /** What a step's attention is followed by: the policy observes, and states leave. */
  void decide(long position) {
    for (int s = 0; s < sets.size(); s++) {
      sets.get(s).settle();
    }
    if (schedule.decides(1, schedule.rowsToDecision(position, null, 0))) {
      evict();
    }
    notePeak();
  }

  /**
   * Walks through rows of a prompt. After its last row, a planner that is adaptive has the word
   * before states leave; see {@link KvMultiState#endLayer}.
   *
   * @param rows the buffers; queries and keys are rotated already unless the scheme rotates at read
   * @param first the row of the first token
   * @param count tokens
   * @param position the first token's position in the sequence
   * @param prompt the part of a prompt that the rows are
   * @param alone whether nothing else runs at the same time, so that sets may run side by side
   */
  void advance(Rows rows, int first, int count, long position, Part prompt, boolean alone) {
    int done = 0;
    while (done < count) {
      int decision = schedule.rowsToDecision(position + done, prompt, done);
      pass.rows = rows;
      pass.first = first + done;
      pass.count = schedule.pass(count - done, decision);
      pass.position = position + done;
      pass.observed = schedule.observed(decision);
      pass.between = schedule.between(prompt);
      pass.step = false;
      pass.run(alone);
      done += pass.count;
      if (replans && prompt.start() + done == prompt.length()) {
        return;
      }
      if (schedule.decides(pass.count, decision)) {
        evict();
      }
      notePeak();
    }
  }

  /** Rows that all sets take in, at the same time if they may. Reused. */
  private final class Pass implements IntConsumer {
    private @Nullable Rows rows;
    private int first;
    private int count;
    private long position;
    private boolean observed;
    private int between;
    private boolean step;

    void run(boolean alone) {
      if (alone && sets.size() > 1) {
        kernels.parallel(sets.size(), this);
        return;
      }
      for (int s = 0; s < sets.size(); s++) {
        accept(s);
      }
    }

    @Override
    public void accept(int s) {
      Rows now = Objects.requireNonNull(rows);
      sets.get(s).attend(now, first, count, position, between, observed, step);
      if (!step) {
        sets.get(s).settle();
      }
    }
  }

  /** Drops the excess, if there is any. */
  void evict() {
    if (sets.size() == 1) {
      sets.getFirst().set().evict();
    } else {
      evictTogether();
    }
  }

  /** The lowest scores of all sets leave, but each keeps the best that it is guaranteed. */
  private void evictTogether() {
    long excess = 0;
    for (int s = 0; s < sets.size(); s++) {
      excess += sets.get(s).space().size() - (long) sets.get(s).space().budget;
    }
    if (excess <= 0) {
      return;
    }
    for (int s = 0; s < sets.size(); s++) {
      sets.get(s).set().offer(selection.head(s));
    }
    selection.take(excess);
    for (int s = 0; s < sets.size(); s++) {
      sets.get(s).set().drop(selection.head(s));
      sets.get(s).fit(pass.between);
    }
  }

  /** Remembers the most states that were held after a step. */
  void notePeak() {
    for (int s = 0; s < sets.size(); s++) {
      sets.get(s).space().notePeak();
    }
  }
}
