package org.msrnn.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.msrnn.api.BackendException;

/**
 * Memory outside the heap that one matrix or one store holds, in pages of 2 MiB where it is large
 * and the system has them. Closing it twice is harmless.
 */
final class OffHeap implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Set<OffHeap> open;

  /**
   * Nothing yet.
   *
   * @param open what a backend has not given back: this is in it until it is closed
   */
  OffHeap(Set<OffHeap> open) {
    this.open = open;
    open.add(this);
  }

  /**
   * Zeroed memory.
   *
   * @param what what it is for, for the message
   * @throws BackendException if there is not enough
   */
  MemorySegment allocate(long bytes, String what) {
    return allocate(arena, bytes, what);
  }

  /** Zeroed memory that the garbage collector takes back. */
  static MemorySegment scratch(long bytes, String what) {
    return allocate(Arena.ofAuto(), bytes, what);
  }

  private static MemorySegment allocate(Arena arena, long bytes, String what) {
    MemorySegment mapped = bytes < HugePages.LEAST ? null : HugePages.map(bytes, arena);
    if (mapped != null) {
      return mapped;
    }
    try {
      return arena.allocate(bytes, Simd.ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new BackendException("no memory for " + bytes + " bytes of " + what, e);
    }
  }

  @Override
  public void close() {
    if (open.remove(this)) {
      arena.close();
    }
  }
}
