package org.msrnn.backend.opencl;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import org.msrnn.api.backend.KvType;

/** Stores, reads and copies keys and values ({@code states.cl}). */
final class StateKernels {
  private static final String FILE = "states.cl";

  private final Device device;
  private final int group;
  private final Map<KvType, OfType> kernels = new EnumMap<>(KvType.class);
  private final Kernel copy;
  private Memory slots;
  private Memory numbers;
  private Memory others;

  StateKernels(Device device) {
    this.device = device;
    this.group = device.info().gpu() ? 64 : 8;
    this.copy = device.kernel(FILE, "copy", group, 1, option(KvType.F32));
    this.slots = device.allocate(Integer.BYTES, "slot numbers");
    this.numbers = device.allocate(Float.BYTES, "states on their way");
    this.others = device.allocate(Float.BYTES, "states on their way");
  }

  /** What tells a source the format. */
  static String option(KvType type) {
    return "-D KV_" + type.name();
  }

  /** The kernels for stores of one format. */
  private record OfType(Kernel store, Kernel storeOne, Kernel load) {}

  private OfType kernels(KvType type) {
    OfType known = kernels.get(type);
    if (known == null) {
      known =
          new OfType(
              device.kernel(FILE, "store", group, 1, option(type)),
              device.kernel(FILE, "store_one", group, 1, option(type)),
              device.kernel(FILE, "load", group, 1, option(type)));
      kernels.put(type, known);
    }
    return known;
  }

  /** Stores rows in slots that the host chose. */
  void append(
      OpenClBuffer k,
      OpenClBuffer v,
      int row,
      int rows,
      int firstKvHead,
      OpenClKv kv,
      int[] slotOfRow) {
    for (int i = 0; i < rows; i++) {
      demandSlot(slotOfRow[i], kv);
    }
    if (rows == 1) {
      store(k.memory(), v.memory(), k.columns(), row, 1, firstKvHead, kv, slots, slotOfRow[0]);
    } else {
      room(rows);
      upload(slotOfRow, rows, 0);
      store(k.memory(), v.memory(), k.columns(), row, rows, firstKvHead, kv, slots, -1);
    }
  }

  /** Stores rows in slots that the device chose: one number a row. */
  void append(
      OpenClBuffer k,
      OpenClBuffer v,
      int row,
      int rows,
      int firstKvHead,
      OpenClKv kv,
      Memory slotsOnDevice) {
    store(k.memory(), v.memory(), k.columns(), row, rows, firstKvHead, kv, slotsOnDevice, -1);
  }

  private void store(
      Memory k,
      Memory v,
      int columns,
      int row,
      int rows,
      int firstHead,
      OpenClKv kv,
      Memory list,
      int slot) {
    Kernel kernel = kernels(kv.type()).store;
    kernel.with(k).with(v).with(columns).with(row);
    kernel.with(firstHead).with(kv.heads()).with(kv.headSize()).with(kv.stride());
    kernel.with(kv.keys()).with(kv.values()).with(list).with(slot);
    long blocks = (long) Math.ceilDiv(kv.headSize(), KvType.BLOCK) * kv.heads();
    kernel.run(Math.ceilDiv(blocks, group), rows, 2);
  }

  private static void demandSlot(int slot, OpenClKv kv) {
    if (slot < 0 || slot >= kv.capacity()) {
      throw new IndexOutOfBoundsException("slot " + slot + " of " + kv.capacity());
    }
  }

  private void upload(int[] numbers, int count, int at) {
    device.write(numbers, 0, count, slots, (long) at * Integer.BYTES);
  }

  private void room(int count) {
    slots = device.room(slots, (long) count * Integer.BYTES, "slot numbers");
  }

  /** Stores one state of one head. */
  void write(float[] key, float[] value, OpenClKv kv, int head, int slot) {
    demandSlot(slot, kv);
    int size = kv.headSize();
    numbers = device.room(numbers, (long) size * Float.BYTES, "states on their way");
    others = device.room(others, (long) size * Float.BYTES, "states on their way");
    device.write(key, 0, size, numbers, 0);
    device.write(value, 0, size, others, 0);
    Kernel kernel = kernels(kv.type()).storeOne;
    kernel.with(numbers).with(others).with(size).with(kv.stride());
    kernel.with(kv.keys()).with(kv.values()).with((long) slot * kv.heads() + head);
    kernel.run(Math.ceilDiv(Math.ceilDiv(size, KvType.BLOCK), group), 2, 1);
  }

  /** Waits, then copies states of one head. */
  void read(OpenClKv kv, int head, int[] from, int count, float[] keys, float[] values) {
    for (int i = 0; i < count; i++) {
      demandSlot(from[i], kv);
    }
    int size = kv.headSize();
    long bytes = 2L * count * size * Float.BYTES;
    room(count);
    upload(from, count, 0);
    numbers = device.room(numbers, bytes, "states on their way");
    Kernel kernel = kernels(kv.type()).load;
    kernel.with(kv.keys()).with(kv.values()).with(kv.heads()).with(head).with(size);
    kernel.with(kv.stride()).with(slots).with(numbers);
    kernel.run(Math.ceilDiv(size, group), count, 2);
    MemorySegment read = device.read(numbers, 0, bytes);
    MemorySegment.copy(read, ValueLayout.JAVA_FLOAT, 0, keys, 0, count * size);
    MemorySegment.copy(read, ValueLayout.JAVA_FLOAT, bytes / 2, values, 0, count * size);
  }

  /** Copies states, all heads of each. */
  void copy(OpenClKv from, int[] fromSlots, int count, OpenClKv to, int[] toSlots) {
    if (count == 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      demandSlot(fromSlots[i], from);
      demandSlot(toSlots[i], to);
    }
    room(2 * count);
    upload(fromSlots, count, 0);
    upload(toSlots, count, count);
    int bytes = from.heads() * from.stride();
    copy.with(from.keys()).with(from.values()).with(to.keys()).with(to.values());
    copy.with(bytes).with(slots).run(Math.ceilDiv(bytes, group), count, 2);
  }
}
