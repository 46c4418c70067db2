package org.msrnn.core.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.policy.ScoreProgram;

/**
 * The single states of one layer, or of one KV head of a layer, and where they lie.
 *
 * <p>Keys and values never move: a state stays in its slot until it leaves, and the next one takes
 * the slot over. What does move are the entries, a few numbers for each state, which are kept in
 * position order so that policies, pins, ties and ranks are plain indices. Kernels look at slots,
 * policies at entries.
 */
final class SlotSpace implements SlotView {
  private static final int FIRST_CAPACITY = 64;
  private static final int MOST_DOUBLED = 1024; // beyond, slots that wait for use cost too much
  private static final int MOST_CAPACITY = 1 << 30;

  final int layer;
  final int kvHead;
  KvBuffer kv;
  int budget;

  // by entry
  private long[] positions;
  private int[] slots;
  private int[] tokens;
  private final double[][] columns;
  private int size;

  // by slot
  private long[] slotPositions;
  private double @Nullable [] rotations;
  private int[] free;
  private int freeCount;
  private int extent;

  /** What the policy keeps for the whole set. */
  final double[] memory;

  long queries;
  long evictions;
  int peak;

  /** The device that keeps the slots; null where the host does. */
  private @Nullable DeviceSlots device;

  /**
   * An empty space.
   *
   * @param kvHead the KV head, or -1 if all {@code heads} share the space
   * @param budget the most states that may stay, at first
   * @param columnCount columns that the policy asked for
   * @param memory numbers that the policy asked for
   * @param rotates whether keys are rotated at read
   */
  SlotSpace(
      Backend backend,
      Shape shape,
      int layer,
      int kvHead,
      int budget,
      int columnCount,
      int memory,
      boolean rotates) {
    this.layer = layer;
    this.kvHead = kvHead;
    this.budget = budget;
    int heads = kvHead < 0 ? shape.kvHeads() : 1;
    int capacity = (int) Math.min(FIRST_CAPACITY, budget + 1L);
    this.kv = backend.allocateKv(heads, shape.headSize(), capacity, shape.storage());
    this.positions = new long[capacity];
    this.slots = new int[capacity];
    this.tokens = new int[capacity];
    this.memory = new double[memory];
    this.columns = new double[columnCount][capacity];
    this.slotPositions = new long[capacity];
    this.free = new int[capacity];
    this.rotations = rotates ? new double[capacity] : null;
    Arrays.fill(slotPositions, FREE);
  }

  /**
   * Lets the device keep the slots from here on, if the backend runs the program. {@link #append}
   * and {@link #evict} are its business then.
   *
   * @return the device's slots, or null where the host goes on to keep them
   */
  @Nullable DeviceSlots runOnDevice(Backend backend, ScoreProgram program) {
    device = DeviceSlots.of(backend, program, this);
    return device;
  }

  /** What the spaces of a model have in common. */
  record Shape(int kvHeads, int headSize, KvType storage) {}

  /** The first KV head of the layer that the space holds. */
  int firstKvHead() {
    return Math.max(kvHead, 0);
  }

  int size() {
    return size;
  }

  long position(int entry) {
    refresh();
    return positions[entry];
  }

  int token(int entry) {
    refresh();
    return tokens[entry];
  }

  int slot(int entry) {
    refresh();
    return slots[entry];
  }

  double[] column(int column) {
    refresh();
    return columns[column];
  }

  int columnCount() {
    return columns.length;
  }

  /** Positions by entry, ascending; {@link #size} are in use. */
  long[] entryPositions() {
    refresh();
    return positions;
  }

  private void refresh() {
    if (device != null) {
      device.refresh();
    }
  }

  @Override
  public int extent() {
    return extent;
  }

  @Override
  public int used() {
    return size;
  }

  @Override
  public long[] positions() {
    refresh();
    return slotPositions;
  }

  @Override
  public double @Nullable [] rotations() {
    return rotations;
  }

  /**
   * Makes room for {@code more} further states. Slots grow by doubling, then by half, up to {@code
   * limit} of them.
   */
  void reserve(int more, long limit) {
    int needed = Math.addExact(size, more);
    int capacity = slots.length;
    if (needed <= capacity) {
      return;
    }
    long wanted = capacity + (long) (capacity < MOST_DOUBLED ? capacity : capacity / 2);
    int grown = (int) Math.max(needed, Math.min(wanted, Math.min(limit, MOST_CAPACITY)));
    kv.reserve(grown);
    positions = Arrays.copyOf(positions, grown);
    slots = Arrays.copyOf(slots, grown);
    tokens = Arrays.copyOf(tokens, grown);
    for (int c = 0; c < columns.length; c++) {
      columns[c] = Arrays.copyOf(columns[c], grown);
    }
    slotPositions = Arrays.copyOf(slotPositions, grown);
    Arrays.fill(slotPositions, capacity, grown, FREE);
    free = Arrays.copyOf(free, grown);
    if (rotations != null) {
      rotations = Arrays.copyOf(rotations, grown);
    }
  }

  /** Takes a slot for a token's state at {@code position}, which is newer than all others. */
  int append(int token, long position) {
    int slot = freeCount > 0 ? free[--freeCount] : extent++;
    place(slot, token, position);
    return slot;
  }

  private void place(int slot, int token, long position) {
    positions[size] = position;
    slots[size] = slot;
    tokens[size] = token;
    slotPositions[slot] = position;
    for (double[] column : columns) {
      column[size] = 0;
    }
    size++;
  }

  /** Frees the slots of some entries. */
  void evict(int[] victims, int count) {
    for (int i = count - 1; i >= 0; i--) {
      int slot = slots[victims[i]];
      slotPositions[slot] = FREE;
      free[freeCount++] = slot; // oldest victim on top: it is taken first
    }
    for (int i = 0; i < count; i++) {
      int hole = victims[i];
      int next = i + 1 < count ? victims[i + 1] : size;
      int moved = next - hole - 1;
      System.arraycopy(positions, hole + 1, positions, hole - i, moved);
      System.arraycopy(slots, hole + 1, slots, hole - i, moved);
      System.arraycopy(tokens, hole + 1, tokens, hole - i, moved);
      for (double[] column : columns) {
        System.arraycopy(column, hole + 1, column, hole - i, moved);
      }
    }
    size -= count;
    evictions += count;
  }

  /** Remembers the most states that were held after a step. */
  void notePeak() {
    peak = Math.max(peak, size);
  }

  /** Bytes of keys and values that the states held take. */
  long bytesInUse() {
    return kv.type().bytes(2L * kv.heads() * size, kv.headSize());
  }

  /** Positions to rotate keys at, given by entry, spread to slots. */
  void rotateAt(double[] byEntry) {
    double[] bySlot = rotations;
    if (bySlot != null) {
      for (int e = 0; e < size; e++) {
        bySlot[slots[e]] = byEntry[e];
      }
    }
  }

  /** A row by slot, which begins at an index, gathered to entries. */
  void gather(float[] bySlot, int at, float[] byEntry) {
    for (int e = 0; e < size; e++) {
      byEntry[e] = bySlot[at + slots[e]];
    }
  }

  /**
   * Moves the states to the first slots of a smaller store. Sums over slots run in another order
   * afterwards.
   *
   * @param capacity slots of the store, enough for the states held
   */
  void compact(Backend backend, int capacity) {
    refresh();
    KvBuffer small = backend.allocateKv(kv.heads(), kv.headSize(), capacity, kv.type());
    copyStates(kv, small, backend.kernels(), true);
    for (int e = 0; e < size; e++) {
      slots[e] = e;
    }
    freeCount = 0;
    extent = size;
    settle(small);
    Arrays.fill(slotPositions, FREE);
    System.arraycopy(positions, 0, slotPositions, 0, size);
  }

  /**
   * Gives back slots that were never used.
   *
   * @param capacity slots that stay, the extent or more
   */
  void shrink(Backend backend, int capacity) {
    refresh();
    KvBuffer small = backend.allocateKv(kv.heads(), kv.headSize(), capacity, kv.type());
    copyStates(kv, small, backend.kernels(), false);
    settle(small);
  }

  /** Takes a store of fewer slots, in which the states are already. */
  private void settle(KvBuffer small) {
    if (device != null) {
      device.close();
      device.moved(small);
    }
    kv.close();
    kv = small;
    int capacity = small.capacity();
    positions = Arrays.copyOf(positions, capacity);
    slots = Arrays.copyOf(slots, capacity);
    tokens = Arrays.copyOf(tokens, capacity);
    for (int c = 0; c < columns.length; c++) {
      columns[c] = Arrays.copyOf(columns[c], capacity);
    }
    slotPositions = Arrays.copyOf(slotPositions, capacity);
    free = Arrays.copyOf(free, capacity);
    if (rotations != null) {
      rotations = new double[capacity];
    }
  }

  /** Copies keys and values of all entries, to their own slots or to the first ones in order. */
  private void copyStates(KvBuffer from, KvBuffer to, Kernels kernels, boolean packed) {
    int[] targets = slots;
    if (packed) {
      targets = new int[size];
      Arrays.setAll(targets, e -> e);
    }
    kernels.copyStates(from, slots, size, to, targets);
  }

  /** Makes this space equal to another of the same shape, slot by slot. */
  void copyFrom(SlotSpace other, Kernels kernels) {
    other.refresh();
    clear();
    reserve(other.slots.length, other.slots.length);
    for (int e = 0; e < other.size; e++) {
      place(other.slots[e], other.tokens[e], other.positions[e]);
      for (int c = 0; c < columns.length; c++) {
        columns[c][e] = other.columns[c][e];
      }
    }
    copyStates(other.kv, kv, kernels, false);
    System.arraycopy(other.free, 0, free, 0, other.freeCount);
    System.arraycopy(other.memory, 0, memory, 0, memory.length);
    freeCount = other.freeCount;
    extent = other.extent;
    queries = other.queries;
    evictions = other.evictions;
    peak = other.peak;
  }

  /** Tokens that a device has taken in. */
  void countIn(int count) {
    int reused = Math.min(count, freeCount);
    freeCount -= reused;
    extent += count - reused;
    size += count;
  }

  /** States that a device has dropped. */
  void countOut(int count) {
    freeCount += count;
    size -= count;
    evictions += count;
  }

  /** Tells a device what is in the slots. */
  void describe(SlotTable table) {
    System.arraycopy(slotPositions, 0, table.positions, 0, extent);
    for (int e = 0; e < size; e++) {
      table.tokens[slots[e]] = tokens[e];
      table.numbers[slots[e]] = columns.length == 0 ? 0 : columns[0][e];
    }
    System.arraycopy(free, 0, table.free, 0, freeCount);
    table.freeCount = freeCount;
    table.extent = extent;
  }

  /** Takes over what a device has in its slots. Counts are known already. */
  void adopt(SlotTable table) {
    System.arraycopy(table.positions, 0, slotPositions, 0, extent);
    System.arraycopy(table.free, 0, free, 0, freeCount);
    int used = 0;
    for (int slot = 0; slot < extent; slot++) {
      if (slotPositions[slot] != FREE) {
        positions[used++] = slotPositions[slot];
      }
    }
    Arrays.sort(positions, 0, used);
    for (int slot = 0; slot < extent; slot++) {
      if (slotPositions[slot] != FREE) {
        int entry = Arrays.binarySearch(positions, 0, used, slotPositions[slot]);
        slots[entry] = slot;
        tokens[entry] = table.tokens[slot];
        if (columns.length > 0) {
          columns[0][entry] = table.numbers[slot];
        }
      }
    }
  }

  /** Puts a state into a given slot, as a saved state says; newer than those before. */
  void restoreEntry(int slot, int token, long position) {
    place(slot, token, position);
  }

  /** The order in which free slots below the extent will be taken, the last first. */
  int[] freeSlots() {
    refresh();
    return Arrays.copyOf(free, freeCount);
  }

  /** After {@link #restoreEntry}: the free slots as a saved state says. */
  void restoreFree(int[] saved, int newExtent) {
    if (device != null) {
      device.changed();
    }
    System.arraycopy(saved, 0, free, 0, saved.length);
    freeCount = saved.length;
    extent = newExtent;
  }

  /** Gives everything back. */
  void close() {
    if (device != null) {
      device.close();
    }
    kv.close();
  }

  private void clear() {
    if (device != null) {
      device.changed();
    }
    Arrays.fill(slotPositions, FREE);
    size = 0;
    freeCount = 0;
    extent = 0;
  }
}
