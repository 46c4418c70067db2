package org.msrnn.backend.opencl;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.Signals;

/** Attention over slots ({@code attention.cl}), and the rows that policies observe. */
final class AttentionKernels {
  private static final String FILE = "attention.cl";
  private static final int[] SIZES = {32, 64, 128, 256};

  /** Queries of a group; more than 4 of the largest heads do not fit 32 KiB of local memory. */
  private static final int[] TILES = {1, 4, 16};

  private static final int LEAST_SHARE = 128;
  private static final String SCRATCH = "scratch of attention";

  private final Device device;
  private final RowKernels rows;
  private final int group;
  private final @Nullable Kernel[] attend =
      new @Nullable Kernel[KvType.values().length * TILES.length * SIZES.length * 2];
  private final @Nullable Kernel[] rotateKeys = new @Nullable Kernel[KvType.values().length];
  private final Kernel merge;
  private final Kernel tap;
  private Memory logits;
  private Memory parts;
  private Memory stats;
  private Memory rotations;
  private Memory rotated;

  AttentionKernels(Device device, RowKernels rows) {
    this.device = device;
    this.rows = rows;
    this.group = device.info().gpu() ? 64 : 16;
    this.merge = device.kernel(FILE, "merge", group, 1, options(KvType.F32, 1, 32, false));
    this.tap = device.kernel(FILE, "tap", group, 1, options(KvType.F32, 1, 32, false));
    this.logits = device.allocate(Float.BYTES, SCRATCH);
    this.parts = device.allocate(Float.BYTES, SCRATCH);
    this.stats = device.allocate(Float.BYTES, SCRATCH);
    this.rotations = device.allocate(Double.BYTES, SCRATCH);
    this.rotated = device.allocate(Float.BYTES, SCRATCH);
  }

  private static String options(KvType type, int tile, int size, boolean keysRotated) {
    return StateKernels.option(type)
        + " -D TILE="
        + tile
        + " -D SIZE="
        + size
        + (keysRotated ? " -D KEYS_ROTATED" : "")
        + " -D REDUCE_MEAN="
        + Signals.Reduce.MEAN.ordinal()
        + " -D REDUCE_MAX="
        + Signals.Reduce.MAX.ordinal();
  }

  /** The index of the smallest size that is enough; the last one if none is. */
  private static int enough(int[] sizes, int wanted) {
    int index = 0;
    while (index < sizes.length - 1 && sizes[index] < wanted) {
      index++;
    }
    return index;
  }

  /** The kernel for a format, a tile and a size, by their numbers, and a kind of keys. */
  private Kernel attend(KvType type, int tile, int size, boolean keysRotated) {
    int index =
        ((type.ordinal() * TILES.length + tile) * SIZES.length + size) * 2 + (keysRotated ? 1 : 0);
    Kernel known = attend[index];
    if (known == null) {
      String options = options(type, TILES[tile], SIZES[size], keysRotated);
      known = device.kernel(FILE, "attend", group, 1, options);
      attend[index] = known;
    }
    return known;
  }

  private Kernel rotateKeys(KvType type) {
    Kernel known = rotateKeys[type.ordinal()];
    if (known == null) {
      known = device.kernel(FILE, "rotate_keys", group, 1, options(type, 1, 32, false));
      rotateKeys[type.ordinal()] = known;
    }
    return known;
  }

  void attend(AttentionCall call) {
    OpenClKv kv = (OpenClKv) call.kv;
    demandFits(call, kv);
    Memory positions = kv.positions(call.slots);
    boolean turns = call.slots.rotations() != null && kv.program == null;
    Memory keys = turns ? rotate(call, kv, positions) : kv.keys();
    int count = call.rows * call.group;
    int size = enough(SIZES, kv.headSize());
    int tile = Math.min(enough(TILES, count), SIZES[size] > 128 ? 1 : 2);
    int tiles = Math.ceilDiv(count, TILES[tile]);
    int shares = shares(call.slots.extent(), tiles * kv.heads());
    int share = Math.ceilDiv(call.slots.extent(), shares);
    boolean keeps = call.tap != null;
    makeRoom(call, kv, count, shares, keeps);
    OpenClBuffer outputs = OpenClKernels.of(call.outputs);
    int columns = outputs.columns();

    Kernel kernel = attend(kv.type(), tile, size, turns);
    kernel.with(OpenClKernels.of(call.queries).memory()).with(outputs.memory()).with(columns);
    kernel.with(call.row).with(count).with(call.group).with(call.firstKvHead);
    kernel.with(kv.heads()).with(kv.headSize()).with(kv.stride());
    kernel.with(keys).with(kv.values()).with(positions).with(call.slots.extent()).with(share);
    kernel.with(call.firstPosition).with(call.sinks).with(call.window);
    kernel.with(call.scale).with(call.softCap);
    kernel.with(logits).with(keeps ? 1 : 0).with(parts).with(stats);
    kernel.run(tiles, kv.heads(), shares);
    if (shares > 1) {
      merge.with(outputs.memory()).with(columns).with(call.row).with(count).with(call.group);
      merge.with(call.firstKvHead).with(kv.heads()).with(kv.headSize()).with(shares);
      merge.with(parts).with(stats).run(count, kv.heads(), 1);
    }
    if (keeps) {
      tap(call, kv, Objects.requireNonNull(call.tap));
    }
  }

  private static void demandFits(AttentionCall call, OpenClKv kv) {
    if (kv.headSize() > SIZES[SIZES.length - 1]) {
      throw new BackendException(
          "heads of "
              + kv.headSize()
              + " numbers; the backend opencl takes up to "
              + SIZES[SIZES.length - 1]);
    }
    if (call.tap != null && call.rows != 1) {
      throw new IllegalArgumentException("a tap on " + call.rows + " rows, 1 is allowed");
    }
    if (call.slots.extent() > kv.capacity()) {
      throw new IndexOutOfBoundsException(
          call.slots.extent() + " slots in a store of " + kv.capacity());
    }
  }

  /** Into how many shares slots are cut, so that all units have work: each has a fair number. */
  private int shares(int extent, int groups) {
    int wanted = Math.ceilDiv(2 * device.info().units(), groups);
    return Math.clamp(Math.min(wanted, extent / LEAST_SHARE), 1, 64);
  }

  private void makeRoom(AttentionCall call, OpenClKv kv, int count, int shares, boolean keeps) {
    long queries = (long) count * kv.heads();
    if (keeps) {
      logits = device.room(logits, queries * call.slots.extent() * Float.BYTES, SCRATCH);
    }
    if (keeps || shares > 1) {
      stats = device.room(stats, 2 * queries * shares * Float.BYTES, SCRATCH);
    }
    if (shares > 1) {
      parts = device.room(parts, queries * shares * kv.headSize() * Float.BYTES, SCRATCH);
    }
  }

  private void tap(AttentionCall call, OpenClKv kv, Buffer to) {
    int taps = call.tapCount();
    int extent = call.slots.extent();
    tap.with(logits).with(stats).with(extent).with(kv.heads() * call.group / taps);
    tap.with(call.tapReduce.ordinal()).with(call.tapLogits ? 1 : 0);
    tap.with(OpenClKernels.of(to).memory()).with(to.columns()).with(call.tapRow);
    tap.run(Math.ceilDiv(extent, group), taps, 1);
  }

  private Memory rotate(AttentionCall call, OpenClKv kv, Memory positions) {
    Rope rope = Objects.requireNonNull(call.rope);
    double[] by = Objects.requireNonNull(call.slots.rotations());
    int extent = call.slots.extent();
    long numbers = (long) kv.heads() * extent * kv.headSize();
    rotations = device.room(rotations, (long) extent * Double.BYTES, SCRATCH);
    rotated = device.room(rotated, numbers * Float.BYTES, SCRATCH);
    device.write(by, 0, extent, rotations, 0);
    Kernel kernel = rotateKeys(kv.type());
    kernel.with(kv.keys()).with(kv.headSize()).with(kv.stride()).with(positions);
    kernel.with(rotations).with(rows.frequencies(rope)).with(rope.pairs());
    kernel.with(rope.magnitude()).with(rotated);
    kernel.run(Math.ceilDiv(kv.headSize(), group), extent, kv.heads());
    return rotated;
  }
}
