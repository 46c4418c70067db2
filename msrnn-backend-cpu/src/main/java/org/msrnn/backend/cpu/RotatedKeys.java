package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.SlotView;

/**
 * Keys of a call, rotated at the positions that the slots have now (positions in the cache): {@code
 * [head][tile][number][lane]}. Cut by heads and tiles.
 */
final class RotatedKeys implements WorkerPool.Task {
  private static final long CHUNK_NUMBERS = 1 << 15;

  private @Nullable MemorySegment memory;
  private float[] cos = {};
  private float[] sin = {};
  private @Nullable CpuKv kv;
  private int half;
  private int tiles;
  private int tilesAChunk;

  /** Rotates the keys of all heads, up to the extent of the slots. */
  void prepare(AttentionCall call, double[] rotations, Scratch scratch, WorkerPool pool) {
    CpuKv source = (CpuKv) call.kv;
    kv = source;
    tiles = Simd.vectors(call.slots.extent());
    MemorySegment present = memory;
    long bytes = Math.multiplyExact((long) source.heads() * tiles, source.tileBytes);
    if (present == null || present.byteSize() < bytes) {
      memory = OffHeap.scratch(bytes + bytes / 2, "rotated keys");
    }
    angles(call, rotations, scratch.rotation(Objects.requireNonNull(call.rope)));
    int numbers = source.headSize() * Simd.WIDTH;
    tilesAChunk = Math.clamp(CHUNK_NUMBERS / numbers, 1, Math.max(1, tiles));
    pool.run(this, source.heads() * chunksAHead());
  }

  private int chunksAHead() {
    return (tiles + tilesAChunk - 1) / tilesAChunk;
  }

  /** Spreads cosines and sines to {@code [tile][pair][lane]}. */
  private void angles(AttentionCall call, double[] rotations, RotationTable table) {
    half = table.half();
    cos = Scratch.atLeast(cos, (long) tiles * half * Simd.WIDTH);
    sin = Scratch.atLeast(sin, (long) tiles * half * Simd.WIDTH);
    long[] positions = call.slots.positions();
    for (int s = 0; s < call.slots.extent(); s++) {
      if (positions[s] == SlotView.FREE) {
        continue;
      }
      int from = table.at(rotations[s]);
      int to = s / Simd.WIDTH * half * Simd.WIDTH + s % Simd.WIDTH;
      for (int i = 0; i < half; i++, to += Simd.WIDTH) {
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
        AttentionKernels.rotate(
            part.keys(),
            source.keysAt(part, head, tile),
            source.headSize(),
            half,
            cos,
            sin,
            tile * half * Simd.WIDTH,
            memory(),
            at(head, tile));
      }
    }
  }

  MemorySegment memory() {
    return Objects.requireNonNull(memory);
  }

  /** Where a tile of a head starts in {@link #memory}. */
  long at(int head, int tile) {
    return ((long) head * tiles + tile) * Objects.requireNonNull(kv).tileBytes;
  }
}
