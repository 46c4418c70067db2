package org.msrnn.backend.opencl;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.SlotView;

/** Keys and values of one slot space, and the positions of its slots as the device knows them. */
final class OpenClKv implements KvBuffer {
  private final Device device;
  private final int heads;
  private final int headSize;
  private final KvType type;
  private int capacity;
  private Memory keys;
  private Memory values;
  private Memory positions;
  private long[] mirror;

  /** Slots that the device keeps by itself, while there are any. */
  @Nullable OpenClSlots program;

  OpenClKv(Device device, int heads, int headSize, int capacity, KvType type) {
    this.device = device;
    this.heads = heads;
    this.headSize = headSize;
    this.capacity = capacity;
    this.type = type;
    Memory[] all =
        device
            .ledger()
            .allocateAll(
                "a store of " + capacity + " states",
                bytes(capacity),
                bytes(capacity),
                (long) capacity * Long.BYTES);
    this.keys = all[0];
    this.values = all[1];
    this.positions = all[2];
    this.mirror = new long[capacity];
  }

  private long bytes(int slots) {
    return Math.multiplyExact((long) slots * heads, (long) stride());
  }

  /** Bytes from one head's key or value to the next. */
  int stride() {
    return switch (type) {
      case F32 -> headSize * Float.BYTES;
      case F16, BF16 -> headSize * Short.BYTES;
      case Q8_0 ->
          Math.ceilDiv(headSize, 2) * 2 + Math.ceilDiv(headSize, KvType.BLOCK) * Short.BYTES;
    };
  }

  Memory keys() {
    return keys;
  }

  Memory values() {
    return values;
  }

  /** Positions by slot on the device, brought up to date. */
  Memory positions(SlotView slots) {
    if (program != null) {
      return program.positions();
    }
    long[] now = slots.positions();
    int from = 0;
    int to = slots.extent();
    while (from < to && now[from] == mirror[from]) {
      from++;
    }
    while (from < to && now[to - 1] == mirror[to - 1]) {
      to--;
    }
    if (from < to) {
      System.arraycopy(now, from, mirror, from, to - from);
      device.write(now, from, to - from, positions, (long) from * Long.BYTES);
    }
    return positions;
  }

  @Override
  public int heads() {
    return heads;
  }

  @Override
  public int headSize() {
    return headSize;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public KvType type() {
    return type;
  }

  @Override
  public void reserve(int wanted) {
    if (wanted <= capacity) {
      return;
    }
    String what = "a store of " + wanted + " states";
    keys = grown(keys, bytes(wanted), what);
    values = grown(values, bytes(wanted), what);
    positions = grown(positions, (long) wanted * Long.BYTES, what);
    mirror = Arrays.copyOf(mirror, wanted);
    capacity = wanted;
  }

  private Memory grown(Memory small, long bytes, String what) {
    Memory large = device.allocate(bytes, what);
    device.copy(small, large, small.bytes());
    small.close();
    return large;
  }

  @Override
  public long bytes() {
    return keys.bytes() + values.bytes();
  }

  @Override
  public void close() {
    keys.close();
    values.close();
    positions.close();
  }
}
