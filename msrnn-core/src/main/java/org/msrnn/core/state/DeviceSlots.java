package org.msrnn.core.state;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;

/**
 * The slots of a space that a device keeps by itself. Steps run there without a word to the host,
 * which only counts; its own table is brought up to date when somebody looks at it, and the
 * device's when the host has changed something.
 */
final class DeviceSlots {
  private final Backend backend;
  private final ScoreProgram program;
  private final SlotSpace space;
  private @Nullable ProgramSlots slots;
  private @Nullable SlotTable table;
  private boolean ahead;
  private boolean behind;

  private DeviceSlots(Backend backend, ScoreProgram program, SlotSpace space, ProgramSlots slots) {
    this.backend = backend;
    this.program = program;
    this.space = space;
    this.slots = slots;
  }

  /** Slots of an empty space, or null if the backend does not run the program. */
  static @Nullable DeviceSlots of(Backend backend, ScoreProgram program, SlotSpace space) {
    ProgramSlots slots = backend.programSlots(program, space.kv);
    return slots == null ? null : new DeviceSlots(backend, program, space, slots);
  }

  /** Appends tokens; see {@link ProgramSlots#append}. */
  void append(Buffer keys, Buffer values, int row, int rows, int[] tokens, long position) {
    current().append(keys, values, row, rows, space.firstKvHead(), tokens, position);
    space.countIn(rows);
    ahead = true;
  }

  /** The program sees a row. */
  void observe(Buffer tap, int row) {
    current().observe(tap, row);
    ahead = true;
  }

  /** Drops the lowest. */
  void evict(int count, Pins pins) {
    current().evict(count, pins);
    space.countOut(count);
    ahead = true;
  }

  /** The device's slots, with what the host has changed. */
  private ProgramSlots current() {
    ProgramSlots now = Objects.requireNonNull(slots);
    if (behind) {
      SlotTable out = table();
      space.describe(out);
      now.write(out);
      behind = false;
    }
    return now;
  }

  /** Before the host's entries are looked at: brings them up to date. */
  void refresh() {
    if (ahead) {
      ahead = false;
      SlotTable in = table();
      Objects.requireNonNull(slots).read(in);
      space.adopt(in);
    }
  }

  /** After the host's entries have changed. */
  void changed() {
    behind = true;
    ahead = false;
  }

  /** After the space has moved to another store. */
  void moved(KvBuffer kv) {
    slots = backend.programSlots(program, kv);
    behind = true;
  }

  private SlotTable table() {
    SlotTable known = table;
    if (known == null || known.positions.length < space.kv.capacity()) {
      known = new SlotTable(space.kv.capacity());
      table = known;
    }
    return known;
  }

  void close() {
    if (slots != null) {
      slots.close();
      slots = null;
    }
  }
}
