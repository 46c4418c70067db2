package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.policy.Signals;

/**
 * One attention call to try on both backends. States lie in random slots, their positions have
 * gaps, the newest {@code rows} follow each other and are those of the queries. Slots that are not
 * in use hold NaN.
 *
 * @param heads KV heads of the space; the layer has one more before and one after
 * @param group query heads that read one KV head
 * @param size numbers of a head
 * @param extent slots
 * @param free how many of them are not in use
 * @param rows queries
 */
record AttentionTrial(
    int heads,
    int group,
    int size,
    int extent,
    int free,
    int rows,
    float softCap,
    long sinks,
    long window,
    boolean grows,
    @Nullable Rope rope,
    KvType type) {

  /** What a policy asks for. */
  record Taps(Signals.Rows rows, Signals.Reduce reduce, boolean logits) {}

  private static final int FIRST_HEAD = 1;
  private static final int FIRST_ROW = 2;

  private record Slots(int used, long[] positions, double @Nullable [] rotations)
      implements SlotView {
    @Override
    public int extent() {
      return positions.length;
    }
  }

  /** A call with all slots in use, all visible. */
  static AttentionTrial of(int heads, int group, int size, int extent, int rows) {
    return new AttentionTrial(
        heads, group, size, extent, 0, rows, 0, 0, Long.MAX_VALUE, false, null, KvType.F32);
  }

  AttentionTrial holes(int count) {
    return new AttentionTrial(
        heads, group, size, extent, count, rows, softCap, sinks, window, grows, rope, type);
  }

  AttentionTrial capped(float cap) {
    return new AttentionTrial(
        heads, group, size, extent, free, rows, cap, sinks, window, grows, rope, type);
  }

  AttentionTrial band(long first, long last) {
    return new AttentionTrial(
        heads, group, size, extent, free, rows, softCap, first, last, grows, rope, type);
  }

  AttentionTrial growing() {
    return new AttentionTrial(
        heads, group, size, extent, free, rows, softCap, sinks, window, true, rope, type);
  }

  AttentionTrial rotated(Rope by) {
    return new AttentionTrial(
        heads, group, size, extent, free, rows, softCap, sinks, window, grows, by, type);
  }

  AttentionTrial in(KvType other) {
    return new AttentionTrial(
        heads, group, size, extent, free, rows, softCap, sinks, window, grows, rope, other);
  }

  /** Runs it on both and compares outputs and, if there is one, the tap. */
  void check(Twins twins, Seeded seeded, @Nullable Taps taps) {
    try (Prepared prepared = prepare(twins, seeded, taps)) {
      prepared.attend();
      prepared.compare();
    }
  }

  /** Everything but the call. */
  Prepared prepare(Twins twins, Seeded seeded, @Nullable Taps taps) {
    Slots slots = slots(seeded);
    int columns = (FIRST_HEAD + heads + 1) * group * size;
    int start = grows ? 1 + extent / 3 : extent + 3;
    Twins.Store store = twins.store(heads, size, start, type);
    Twins.Matrix queries = twins.normal(seeded, FIRST_ROW + rows + 1, columns, 2);
    fill(twins, store, slots, start, seeded);
    return new Prepared(
        this,
        twins,
        seeded.label(this + (taps == null ? "" : " " + taps)),
        slots,
        taps,
        store,
        queries,
        twins.marked(FIRST_ROW + rows + 1, columns),
        twins.marked(heads * group + 2, extent + 2));
  }

  /** A trial with its memory on both backends. */
  record Prepared(
      AttentionTrial trial,
      Twins twins,
      String what,
      SlotView slots,
      @Nullable Taps taps,
      Twins.Store store,
      Twins.Matrix queries,
      Twins.Matrix out,
      Twins.Matrix tap)
      implements AutoCloseable {

    /** The candidate's call alone. */
    void attend() {
      twins.candidate.kernels().attend(call(true));
    }

    /** The reference's call, and the comparison. */
    void compare() {
      twins.reference.kernels().attend(call(false));
      double tolerance = 0x1p-20 * (4 + Math.sqrt(trial.size));
      twins.compare(what, out, tolerance, 0.02);
      double least = taps != null && taps.logits ? 0.5 : 1e-9;
      twins.compare("tap of " + what, tap, tolerance, least);
    }

    private AttentionCall call(boolean candidate) {
      AttentionCall call =
          new AttentionCall(
              candidate ? queries.candidate() : queries.reference(),
              candidate ? out.candidate() : out.reference(),
              candidate ? store.candidate() : store.reference(),
              slots,
              FIRST_HEAD,
              trial.group,
              (float) (1 / Math.sqrt(trial.size)),
              trial.softCap,
              trial.rope);
      call.row = FIRST_ROW;
      call.rows = trial.rows;
      call.firstPosition = Arrays.stream(slots.positions()).max().orElseThrow() - trial.rows + 1;
      call.sinks = trial.sinks;
      call.window = trial.window;
      if (taps != null) {
        call.tap = candidate ? tap.candidate() : tap.reference();
        call.tapRow = trial.extent % 2;
        call.tapRows = taps.rows;
        call.tapReduce = taps.reduce;
        call.tapLogits = taps.logits;
      }
      return call;
    }

    @Override
    public void close() {
      store.close();
      queries.close();
      out.close();
      tap.close();
    }
  }

  private Slots slots(Seeded seeded) {
    long[] positions = new long[extent];
    Arrays.fill(positions, SlotView.FREE);
    List<Integer> order =
        IntStream.range(0, extent).boxed().collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(order, seeded.random());
    int used = extent - free;
    long position = 0;
    for (int i = 0; i < used; i++) {
      positions[order.get(i)] = position;
      position += i >= used - rows - 1 ? 1 : 1 + seeded.random().nextInt(3);
    }
    double[] rotations = null;
    if (rope != null) {
      rotations = new double[extent];
      for (int s = 0; s < extent; s++) {
        double fraction = s % 3 == 0 ? 0.25 : 0;
        rotations[s] = positions[s] == SlotView.FREE ? Double.NaN : order.indexOf(s) + fraction;
      }
    }
    return new Slots(used, positions, rotations);
  }

  private void fill(Twins twins, Twins.Store store, Slots slots, int start, Seeded seeded) {
    for (int s = 0; s < Math.min(start, extent); s++) {
      fillSlot(twins, store, slots, s, seeded);
    }
    for (int from = start; from < extent; ) {
      int to = Math.min(extent, from + 1 + from / 4);
      store.candidate().reserve(to);
      store.reference().reserve(to);
      for (int s = from; s < to; s++) {
        fillSlot(twins, store, slots, s, seeded);
      }
      from = to;
    }
  }

  private void fillSlot(Twins twins, Twins.Store store, Slots slots, int slot, Seeded seeded) {
    for (int h = 0; h < heads; h++) {
      float[] key = seeded.normal(size, 1);
      float[] value = seeded.normal(size, 1);
      if (slots.positions[slot] == SlotView.FREE) {
        Arrays.fill(key, Float.NaN);
        Arrays.fill(value, slot % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY);
      }
      twins.state(store, h, slot, key, value);
    }
  }
}
