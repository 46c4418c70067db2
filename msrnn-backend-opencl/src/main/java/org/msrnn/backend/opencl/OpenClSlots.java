package org.msrnn.backend.opencl;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;

/**
 * Slots that the device keeps by itself. How many are in use and how many are free follows from the
 * calls; the host counts them, and the device is told.
 */
final class OpenClSlots implements ProgramSlots {
  private static final String WHAT = "the slots of a store";

  private final SlotKernels kernels;
  private final Device device;
  private final ScoreProgram program;
  private final OpenClKv kv;
  private int capacity;
  private Memory positions;
  private Memory tokens;
  private Memory numbers;
  private Memory free;
  private int extent;
  private int freeCount;
  private long newest = -1;

  OpenClSlots(SlotKernels kernels, ScoreProgram program, OpenClKv kv) {
    this.kernels = kernels;
    this.device = kernels.device;
    this.program = program;
    this.kv = kv;
    this.capacity = kv.capacity();
    long ints = (long) capacity * Integer.BYTES;
    long longs = (long) capacity * Long.BYTES; // or doubles
    Memory[] all = device.ledger().allocateAll(WHAT, longs, ints, longs, ints);
    this.positions = all[0];
    this.tokens = all[1];
    this.numbers = all[2];
    this.free = all[3];
    kv.program = this;
  }

  /** Positions by slot: longs, -1 where a slot is free. */
  Memory positions() {
    return positions;
  }

  private void grow() {
    int wanted = kv.capacity();
    if (wanted > capacity) {
      positions = grown(positions, (long) wanted * Long.BYTES);
      tokens = grown(tokens, (long) wanted * Integer.BYTES);
      numbers = grown(numbers, (long) wanted * Double.BYTES);
      free = grown(free, (long) wanted * Integer.BYTES);
      capacity = wanted;
    }
  }

  private Memory grown(Memory small, long bytes) {
    Memory large = device.allocate(bytes, WHAT);
    device.copy(small, large, small.bytes());
    small.close();
    return large;
  }

  @Override
  public void append(
      Buffer k, Buffer v, int row, int rows, int firstKvHead, int[] ids, long position) {
    grow();
    int reused = Math.min(rows, freeCount);
    if (extent + rows - reused > capacity) {
      throw new IndexOutOfBoundsException(
          rows + " further states in a store of " + capacity + " slots, " + extent + " used");
    }
    Memory taken = kernels.taken(rows);
    Kernel take = kernels.take;
    take.with(positions).with(tokens).with(numbers).with(free).with(freeCount).with(extent);
    take.with(rows).with(position).with(kernels.ids(ids, row, rows)).with(ids[row]).with(taken);
    take.run(1);
    OpenClBuffer keys = OpenClKernels.of(k);
    kernels.states.append(keys, OpenClKernels.of(v), row, rows, firstKvHead, kv, taken);
    freeCount -= reused;
    extent += rows - reused;
    newest = position + rows - 1;
    if (program instanceof ScoreProgram.KeyNorm) {
      norms(taken, rows, true);
    }
  }

  private void norms(Memory list, int states, boolean listed) {
    Kernel norms = kernels.norms(kv.type());
    norms.with(positions).with(numbers).with(kv.keys());
    norms.with(kv.heads()).with(kv.headSize()).with(kv.stride());
    norms.with(list).with(listed ? 1 : 0).run(states);
  }

  @Override
  public void observe(Buffer tap, int row) {
    double decay = program instanceof ScoreProgram.Accumulate sum ? sum.decay() : 0;
    int power = program instanceof ScoreProgram.Accumulate sum ? sum.power() : 1;
    Kernel observe = kernels.observe;
    observe.with(positions).with(numbers).with(extent).with(OpenClKernels.of(tap).memory());
    observe.with((long) row * tap.columns()).with(decay).with(power);
    observe.run(kernels.groups(extent));
  }

  @Override
  public void evict(int count, Pins pins) {
    double factor =
        switch (program) {
          case ScoreProgram.LastRow _ -> 1;
          case ScoreProgram.Accumulate _ -> 1;
          case ScoreProgram.Position _ -> 0;
          case ScoreProgram.KeyNorm _ -> -1;
        };
    if (count < 1 || count > extent - freeCount) {
      throw new IllegalArgumentException(
          count + " states are to leave, of " + (extent - freeCount) + " held");
    }
    Kernel evict = kernels.evict;
    evict.with(positions).with(numbers).with(free).with(freeCount).with(extent).with(count);
    evict.with(factor).with((long) pins.first()).with(pins.last()).with(newest);
    evict.with(kernels.victims(count)).run(1);
    freeCount += count;
  }

  @Override
  public void read(SlotTable into) {
    into.extent = extent;
    into.freeCount = freeCount;
    if (extent == 0) {
      return;
    }
    copy(device.read(positions, 0, (long) extent * Long.BYTES), into.positions, extent);
    MemorySegment read = device.read(numbers, 0, (long) extent * Double.BYTES);
    MemorySegment.copy(read, ValueLayout.JAVA_DOUBLE, 0, into.numbers, 0, extent);
    copy(device.read(tokens, 0, (long) extent * Integer.BYTES), into.tokens, extent);
    if (freeCount > 0) {
      copy(device.read(free, 0, (long) freeCount * Integer.BYTES), into.free, freeCount);
    }
  }

  private static void copy(MemorySegment from, long[] into, int count) {
    MemorySegment.copy(from, ValueLayout.JAVA_LONG, 0, into, 0, count);
  }

  private static void copy(MemorySegment from, int[] into, int count) {
    MemorySegment.copy(from, ValueLayout.JAVA_INT, 0, into, 0, count);
  }

  @Override
  public void write(SlotTable from) {
    grow();
    extent = from.extent;
    freeCount = from.freeCount;
    newest = -1;
    for (int slot = 0; slot < extent; slot++) {
      newest = Math.max(newest, from.positions[slot]);
    }
    device.write(from.positions, 0, extent, positions, 0);
    device.write(from.tokens, 0, extent, tokens, 0);
    device.write(from.numbers, 0, extent, numbers, 0);
    device.write(from.free, 0, freeCount, free, 0);
    if (program instanceof ScoreProgram.KeyNorm && extent > 0) {
      norms(tokens, extent, false);
    }
  }

  @Override
  public void close() {
    kv.program = null;
    positions.close();
    tokens.close();
    numbers.close();
    free.close();
  }
}
