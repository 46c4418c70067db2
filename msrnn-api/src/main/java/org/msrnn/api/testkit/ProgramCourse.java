package org.msrnn.api.testkit;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Signals;

/**
 * Calls made on a candidate's {@link ProgramSlots} and on a {@link SlotModel}, whose slots the
 * reference's store uses. Taps are multiples of 1/64 and keys are 3 m and 4 m, m an integer, among
 * zeros: sums and norms are exact, so that scores tie often and victims are the same or wrong.
 */
final class ProgramCourse implements AutoCloseable {
  private static final int HEADS = 2;
  private static final int FIRST_HEAD = 1;
  private static final int SIZE = 33;
  private static final int GROUP = 3;
  private static final int MOST_ROWS = 700;
  private static final int MOST_SLOTS = 2000;

  private final Twins twins;
  private final ScoreProgram program;
  private final Random random;
  private final Twins.Store store;
  private final Twins.Matrix keys;
  private final Twins.Matrix values;
  private final Twins.Matrix tap;
  private final SlotModel model;
  private ProgramSlots slots;
  private String last = "nothing";

  private ProgramCourse(
      Twins twins, ScoreProgram program, Seeded seeded, Twins.Store store, ProgramSlots slots) {
    this.twins = twins;
    this.program = program;
    this.random = seeded.random();
    this.store = store;
    this.slots = slots;
    int columns = (FIRST_HEAD + HEADS + 1) * SIZE;
    this.keys = twins.marked(MOST_ROWS + 2, columns);
    this.values = twins.normal(seeded, MOST_ROWS + 2, columns, 1);
    this.tap = twins.marked(3, MOST_SLOTS);
    this.model = new SlotModel(program, this::norm);
  }

  /** A course on empty slots, or null if the candidate does not run the program. */
  static @Nullable ProgramCourse of(Twins twins, ScoreProgram program, KvType type, Seeded seeded) {
    Twins.Store store = twins.store(HEADS, SIZE, 5, type);
    ProgramSlots slots = twins.candidate.programSlots(program, store.candidate());
    if (slots == null) {
      store.close();
      return null;
    }
    return new ProgramCourse(twins, program, seeded, store, slots);
  }

  private boolean observes() {
    return program instanceof ScoreProgram.LastRow || program instanceof ScoreProgram.Accumulate;
  }

  private double norm(int slot) {
    float[] key = new float[SIZE];
    float[] value = new float[SIZE];
    double sum = 0;
    for (int h = 0; h < HEADS; h++) {
      twins.reference.kernels().readState(store.reference(), h, slot, key, value);
      double squares = 0;
      for (float number : key) {
        squares += (double) number * number;
      }
      sum += Math.sqrt(squares);
    }
    return sum / HEADS;
  }

  /** A random call. */
  void step() {
    int dice = random.nextInt(20);
    if (dice < 8) {
      append(dice < 5 ? 1 : 1 + random.nextInt(37));
    } else if (dice < 13) {
      observeIfSeen();
    } else if (dice < 19) {
      Pins pins = new Pins(random.nextInt(4), random.nextInt(4));
      int most = model.evictable(pins);
      int count = dice < 17 ? 1 : 1 + random.nextInt(Math.max(1, most));
      evict(Math.min(count, most), pins);
    } else {
      rewrite();
    }
  }

  /** Tokens that follow, now and then with a gap before them. */
  void append(int rows) {
    int row = random.nextInt(3);
    int extent = model.extentWith(rows);
    if (extent > store.candidate().capacity()) {
      store.candidate().reserve(extent + random.nextInt(5));
    }
    store.reference().reserve(extent);
    int[] tokens = random.ints(row + rows, 0, 50_000).toArray();
    for (int r = row; r < row + rows; r++) {
      twins.write(keys, r, key());
      twins.write(values, r, value());
    }
    long position = model.newest() + 1 + random.nextInt(3) / 2;
    model.append(
        tokens,
        row,
        rows,
        position,
        chosen ->
            twins
                .reference
                .kernels()
                .append(
                    keys.reference(),
                    values.reference(),
                    row,
                    rows,
                    FIRST_HEAD,
                    store.reference(),
                    chosen));
    slots.append(keys.candidate(), values.candidate(), row, rows, FIRST_HEAD, tokens, position);
    last = "append of " + rows + " at " + position;
  }

  private float[] key() {
    float[] row = new float[keys.reference().columns()];
    for (int at = 0; at < row.length; at += SIZE) {
      int m = random.nextInt(9);
      int place = random.nextInt(SIZE);
      row[at + place] = 3 * m;
      row[at + (place + 1 + random.nextInt(SIZE - 1)) % SIZE] = -4 * m;
    }
    return row;
  }

  private float[] value() {
    float[] row = new float[values.reference().columns()];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) random.nextGaussian();
    }
    return row;
  }

  /** A row of attention; what it says of free slots means nothing. */
  void observe() {
    int row = random.nextInt(3);
    float[] weights = new float[MOST_SLOTS];
    Arrays.fill(weights, Float.NaN);
    long[] positions = model.positions();
    for (int s = 0; s < positions.length; s++) {
      weights[s] = positions[s] == SlotView.FREE ? Float.NaN : random.nextInt(16) / 64f;
    }
    twins.write(tap, row, weights);
    slots.observe(tap.candidate(), row);
    model.observe(weights);
    last = "observe of row " + row;
  }

  /** The same, where the program sees attention. */
  void observeIfSeen() {
    if (observes()) {
      observe();
    }
  }

  void evict(int count, Pins pins) {
    if (count > 0) {
      slots.evict(count, pins);
      model.evict(count, pins);
      last = "evict of " + count + " with " + pins;
    }
  }

  /** A state leaves by the host's hand, numbers and free slots change; perhaps slots are new. */
  void rewrite() {
    SlotTable table = read();
    for (int s = 0; s < table.extent; s++) {
      if (table.positions[s] == SlotView.FREE) {
        continue;
      }
      if (random.nextInt(8) == 0) {
        table.positions[s] = SlotView.FREE;
        int at = random.nextInt(table.freeCount + 1); // anywhere in the stack
        table.free[table.freeCount++] = table.free[at];
        table.free[at] = s;
      } else if (random.nextInt(3) == 0) {
        table.tokens[s] = random.nextInt(100);
        table.numbers[s] = observes() ? random.nextInt(16) / 64.0 : 0;
      }
    }
    if (random.nextBoolean()) {
      slots.close();
      ProgramSlots fresh = twins.candidate.programSlots(program, store.candidate());
      slots = Objects.requireNonNull(fresh, "slots of a store that had some");
    }
    slots.write(table);
    model.write(table);
    last = "write";
  }

  private SlotTable read() {
    SlotTable table = new SlotTable(store.candidate().capacity());
    slots.read(table);
    return table;
  }

  /** What the device knows is what the model says. */
  void check(String what) {
    model.demandSame(what + ", after " + last, read());
  }

  /** The newest token's attention over the states held; the host's positions are all wrong. */
  void attend(Seeded seeded, String what) {
    int columns = (FIRST_HEAD + HEADS + 1) * GROUP * SIZE;
    try (Twins.Matrix queries = twins.normal(seeded, 1, columns, 0.2);
        Twins.Matrix out = twins.marked(2, columns);
        Twins.Matrix seen = twins.marked(1, MOST_SLOTS)) {
      twins.run(
          (kernels, candidate) -> {
            AttentionCall call =
                new AttentionCall(
                    candidate ? queries.candidate() : queries.reference(),
                    candidate ? out.candidate() : out.reference(),
                    candidate ? store.candidate() : store.reference(),
                    new Slots(
                        model.size(), candidate ? new long[model.extent()] : model.positions()),
                    FIRST_HEAD,
                    GROUP,
                    (float) (1 / Math.sqrt(SIZE)),
                    0,
                    null);
            call.rows = 1;
            call.firstPosition = model.newest();
            call.tapRows = Signals.Rows.SET;
            call.tap = candidate ? seen.candidate() : seen.reference();
            kernels.attend(call);
          });
      double tolerance = 0x1p-20 * (4 + Math.sqrt(SIZE));
      twins.compare(what + ", after " + last, out, tolerance, 0.02);
      twins.compare("tap of " + what + ", after " + last, seen, tolerance, 1e-9);
    }
  }

  private record Slots(int used, long[] positions) implements SlotView {
    @Override
    public int extent() {
      return positions.length;
    }

    @Override
    public double @Nullable [] rotations() {
      return null;
    }
  }

  @Override
  public void close() {
    slots.close();
    store.close();
    keys.close();
    values.close();
    tap.close();
  }
}
