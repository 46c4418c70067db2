package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.SlotView;

/**
 * Keys of a call, rotated at the positions that the slots have now (positions in the cache): {@code
 * [head][tile][number][slot]}. Cut by heads and tiles.
 */
final class RotatedKeys implements WorkerPool.Task {
  private static final long CHUNK_NUMBERS = 1 << 15;

  /** How the rotated keys lie. */
  static final KvPacking PACKING = new FloatKv();

  private @Nullable MemorySegment memory;
  private float[] cos = {};
  private float[] sin = {};
  private @Nullable CpuKv kv;
  private int half;
  private int tiles;
  private int tilesAChunk;

  /** Of a tile of the store, which is some tiles here. */
  private long tileBytes;

  /** Rotates the keys of all heads, up to the extent of the slots. */
  void prepare(AttentionCall call, double[] rotations, Scratch scratch, WorkerPool pool) {
    CpuKv source = (CpuKv) call.kv;
    kv = source;
    tiles = (call.slots.extent() + source.tileSlots - 1) / source.tileSlots;
    int inTile = source.tileSlots / PACKING.group();
    tileBytes = inTile * PACKING.keyBytes(source.headSize());
    MemorySegment present = memory;
    long bytes = Math.multiplyExact((long) source.heads() * tiles, tileBytes);
    if (present == null || present.byteSize() < bytes) {
      memory = OffHeap.scratch(bytes + bytes / 2, "rotated keys");
    }
    angles(call, source, rotations, scratch.rotation(Objects.requireNonNull(call.rope)));
    int numbers = source.headSize() * source.tileSlots;
    tilesAChunk = Math.clamp(CHUNK_NUMBERS / numbers, 1, Math.max(1, tiles));
    pool.run(this, source.heads() * chunksAHead());
  }

  private int chunksAHead() {
    return (tiles + tilesAChunk - 1) / tilesAChunk;
  }

  /** Spreads cosines and sines to {@code [tile][pair][slot]}. */
  private void angles(AttentionCall call, CpuKv source, double[] rotations, RotationTable table) {
    half = table.half();
    cos = Scratch.atLeast(cos, (long) tiles * source.tileSlots * half);
    sin = Scratch.atLeast(sin, (long) tiles * source.tileSlots * half);
    long[] positions = call.slots.positions();
    for (int s = 0; s < call.slots.extent(); s++) {
      if (positions[s] == SlotView.FREE) {
        continue;
      }
      int from = table.at(rotations[s]);
      int wide = PACKING.group();
      int to = s / wide * half * wide + s % wide;
      for (int i = 0; i < half; i++, to += wide) {
        cos[to] = table.cos[from + i];
        sin[to] = table.sin[from + i];
      }
    }
  }

  @Override
  public void run(int chunk, int lane) {
    CpuKv source = Objects.requireNonNull(kv);
    int head = chunk / chunksAHead();
    int from = chunk % chunksAHead() * tilesAChunk;
    int to = Math.min(tiles, from + tilesAChunk);
    for (CpuKv.Chunk part : source.chunks) {
      int end = Math.min(to, part.firstTile() + part.tiles());
      for (int tile = Math.max(from, part.firstTile()); tile < end; tile++) {
        long at = source.keysAt(part, head, tile);
        source.packing.keys(part.keys(), at, source.headSize(), memory(), at(head, tile));
        rotate(head, tile, source.headSize(), source.tileSlots);
      }
    }
  }

  private void rotate(int head, int tile, int headSize, int slots) {
    for (int s = 0; s < slots; s += PACKING.group()) {
      long at = at(head, tile) + s / PACKING.group() * PACKING.keyBytes(headSize);
      AttentionKernels.rotate(memory(), at, half, cos, sin, (tile * slots + s) * half);
    }
  }

  MemorySegment memory() {
    return Objects.requireNonNull(memory);
  }

  /** Where a tile of a head starts in {@link #memory}. */
  long at(int head, int tile) {
    return ((long) head * tiles + tile) * tileBytes;
  }
}
