package org.msrnn.backend.opencl;

import java.util.EnumMap;
import java.util.Map;
import org.msrnn.api.backend.KvType;

/** Chooses which states leave ({@code slots.cl}); serves all {@link OpenClSlots} of a device. */
final class SlotKernels {
  private static final String FILE = "slots.cl";

  final Device device;
  final StateKernels states;
  final Kernel take;
  final Kernel observe;
  final Kernel evict;
  private final int group;
  private final Map<KvType, Kernel> norms = new EnumMap<>(KvType.class);
  private Memory ids;
  private Memory taken;
  private Memory victims;

  SlotKernels(Device device, StateKernels states) {
    this.device = device;
    this.states = states;
    this.group = device.info().gpu() ? 256 : 16;
    this.take = kernel("take", KvType.F32);
    this.observe = kernel("observe", KvType.F32);
    this.evict = kernel("evict", KvType.F32);
    this.ids = device.allocate(Integer.BYTES, "token ids");
    this.taken = device.allocate(Integer.BYTES, "slot numbers");
    this.victims = device.allocate(2 * Long.BYTES, "slot numbers");
  }

  private Kernel kernel(String name, KvType type) {
    return device.kernel(FILE, name, group, 1, StateKernels.option(type));
  }

  /** The kernel that computes norms of keys in a format. */
  Kernel norms(KvType type) {
    Kernel known = norms.get(type);
    if (known == null) {
      known = kernel("norms", type);
      norms.put(type, known);
    }
    return known;
  }

  /** Groups for so many slots, a work-item each. */
  long groups(int slots) {
    return Math.ceilDiv(slots, group);
  }

  /** Token ids on their way: those of some rows, where there are several. */
  Memory ids(int[] tokens, int row, int rows) {
    if (rows > 1) {
      ids = device.room(ids, (long) rows * Integer.BYTES, "token ids");
      device.write(tokens, row, rows, ids, 0);
    }
    return ids;
  }

  /** Room for the slots that rows take. */
  Memory taken(int rows) {
    taken = device.room(taken, (long) rows * Integer.BYTES, "slot numbers");
    return taken;
  }

  /** Room for the positions and slots of victims. */
  Memory victims(int count) {
    victims = device.room(victims, 2L * count * Long.BYTES, "slot numbers");
    return victims;
  }
}
