package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Set;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;

/**
 * Keys and values of one slot space. Keys lie in tiles of as many slots as a vector has lanes,
 * {@code [head][tile][number][lane]}, so that scores come out as vectors of slots with no sum over
 * lanes; values lie by slot, {@code [head][slot][number]}, padded to whole vectors. More room is a
 * further chunk: what is there does not move.
 */
final class CpuKv implements KvBuffer {
  /** Some neighbouring tiles of all heads. */
  record Chunk(int firstTile, int tiles, MemorySegment keys, MemorySegment values) {}

  /** Numbers from one value to the next. */
  final int valueStride;

  /** Bytes of a tile of keys of one head. */
  final long tileBytes;

  Chunk[] chunks = {};
  private final OffHeap memory;
  private final int heads;
  private final int headSize;
  private int capacity;
  private int tiles;

  CpuKv(int heads, int headSize, int capacity, Set<OffHeap> open) {
    this.heads = heads;
    this.headSize = headSize;
    this.valueStride = Simd.padded(headSize);
    this.tileBytes = headSize * Simd.BYTES;
    this.memory = new OffHeap(open);
    grow(Simd.vectors(capacity));
    this.capacity = capacity;
  }

  private void grow(int more) {
    long keyBytes = Math.multiplyExact((long) heads * more, tileBytes);
    long valueBytes = Math.multiplyExact((long) heads * more, valueStride * Simd.BYTES);
    MemorySegment keys = memory.allocate(keyBytes, "keys");
    MemorySegment values = memory.allocate(valueBytes, "values");
    chunks = Arrays.copyOf(chunks, chunks.length + 1);
    chunks[chunks.length - 1] = new Chunk(tiles, more, keys, values);
    tiles += more;
  }

  /** Where the keys of a head's tile start in a chunk that has it. */
  long keysAt(Chunk chunk, int head, int tile) {
    return ((long) head * chunk.tiles + tile - chunk.firstTile) * tileBytes;
  }

  /** Where a slot's value starts in a chunk that has it. */
  long valueAt(Chunk chunk, int head, int slot) {
    long firstSlot = (long) chunk.firstTile * Simd.WIDTH;
    long row = (long) head * chunk.tiles * Simd.WIDTH + slot - firstSlot;
    return row * valueStride * Float.BYTES;
  }

  private Chunk chunkOf(int slot) {
    if (slot < 0 || slot >= capacity) {
      throw new IndexOutOfBoundsException("slot " + slot + " of " + capacity);
    }
    int last = chunks.length - 1;
    while (slot < chunks[last].firstTile * Simd.WIDTH) {
      last--;
    }
    return chunks[last];
  }

  /** Stores a state of one head. */
  void set(int head, int slot, float[] key, int keyAt, float[] value, int from) {
    Chunk chunk = chunkOf(slot);
    long at = keysAt(chunk, head, slot / Simd.WIDTH) + slot % Simd.WIDTH * 4L;
    for (int i = 0; i < headSize; i++) {
      chunk.keys.set(ValueLayout.JAVA_FLOAT, at + i * Simd.BYTES, key[keyAt + i]);
    }
    MemorySegment.copy(
        value, from, chunk.values, ValueLayout.JAVA_FLOAT, valueAt(chunk, head, slot), headSize);
  }

  /** Reads a state of one head. */
  void get(int head, int slot, float[] key, float[] value) {
    Chunk chunk = chunkOf(slot);
    long at = keysAt(chunk, head, slot / Simd.WIDTH) + slot % Simd.WIDTH * 4L;
    for (int i = 0; i < headSize; i++) {
      key[i] = chunk.keys.get(ValueLayout.JAVA_FLOAT, at + i * Simd.BYTES);
    }
    MemorySegment.copy(
        chunk.values, ValueLayout.JAVA_FLOAT, valueAt(chunk, head, slot), value, 0, headSize);
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
    return KvType.F32;
  }

  @Override
  public void reserve(int wanted) {
    int needed = Simd.vectors(wanted);
    if (needed > tiles) {
      grow(needed - tiles); // no more: the core doubles where that pays, and stops at the budget
    }
    capacity = Math.max(capacity, wanted);
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (Chunk chunk : chunks) {
      bytes += chunk.keys.byteSize() + chunk.values.byteSize();
    }
    return bytes;
  }

  @Override
  public void close() {
    memory.close();
  }
}
