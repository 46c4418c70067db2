package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Set;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;

/**
 * Keys and values of one slot space, as {@link KvPacking} says, {@code [head][tile]}. More room is
 * a further chunk: what is there does not move.
 */
final class CpuKv implements KvBuffer {
  /** Some neighbouring tiles of all heads. */
  record Chunk(int firstTile, int tiles, MemorySegment keys, MemorySegment values) {}

  final KvPacking packing;

  /** Slots of a tile. */
  final int tileSlots;

  private final long keyBytes;
  private final long valueBytes;

  Chunk[] chunks = {};
  private final OffHeap memory;
  private final int heads;
  private final int headSize;
  private final KvType type;
  private int capacity;
  private int tiles;

  CpuKv(int heads, int headSize, int capacity, KvType type, Set<OffHeap> open) {
    this.heads = heads;
    this.headSize = headSize;
    this.type = type;
    this.packing = KvPacking.of(type);
    this.tileSlots = packing.group();
    this.keyBytes = packing.keyBytes(headSize);
    this.valueBytes = packing.valueBytes(headSize);
    this.memory = new OffHeap(open);
    grow(tilesFor(capacity));
    this.capacity = capacity;
  }

  private int tilesFor(int slots) {
    return (slots + tileSlots - 1) / tileSlots;
  }

  private void grow(int more) {
    long all = Math.multiplyExact((long) heads, (long) more);
    MemorySegment keys = memory.allocate(Math.multiplyExact(all, keyBytes), "keys");
    MemorySegment values = memory.allocate(Math.multiplyExact(all, valueBytes), "values");
    chunks = Arrays.copyOf(chunks, chunks.length + 1);
    chunks[chunks.length - 1] = new Chunk(tiles, more, keys, values);
    tiles += more;
  }

  /** Where the keys of a head's tile start in a chunk that has it. */
  long keysAt(Chunk chunk, int head, int tile) {
    return ((long) head * chunk.tiles + tile - chunk.firstTile) * keyBytes;
  }

  /** Where the values of a head's tile start in a chunk that has it. */
  long valuesAt(Chunk chunk, int head, int tile) {
    return ((long) head * chunk.tiles + tile - chunk.firstTile) * valueBytes;
  }

  private Chunk chunkOf(int slot) {
    if (slot < 0 || slot >= capacity) {
      throw new IndexOutOfBoundsException("slot " + slot + " of " + capacity);
    }
    int last = chunks.length - 1;
    while (slot < chunks[last].firstTile * tileSlots) {
      last--;
    }
    return chunks[last];
  }

  /** Stores a state of one head. */
  void set(int head, int slot, float[] key, int keyAt, float[] value, int from) {
    Chunk chunk = chunkOf(slot);
    int tile = slot / tileSlots;
    int inTile = slot % tileSlots;
    packing.setKey(chunk.keys, keysAt(chunk, head, tile), inTile, key, keyAt, headSize);
    packing.setValue(chunk.values, valuesAt(chunk, head, tile), inTile, value, from, headSize);
  }

  /** Reads a state of one head. */
  void get(int head, int slot, float[] key, float[] value) {
    Chunk chunk = chunkOf(slot);
    int tile = slot / tileSlots;
    int inTile = slot % tileSlots;
    packing.getKey(chunk.keys, keysAt(chunk, head, tile), inTile, key, headSize);
    packing.getValue(chunk.values, valuesAt(chunk, head, tile), inTile, value, headSize);
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
    int needed = tilesFor(wanted);
    if (needed > tiles) {
      grow(needed - tiles); // no more: the core grows ahead where that pays
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
