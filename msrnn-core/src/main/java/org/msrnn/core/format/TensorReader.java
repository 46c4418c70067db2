package org.msrnn.core.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.core.Progress;

/**
 * Reads tensors of a file into one piece of memory, the next over the last: a model passes through
 * on its way to a backend and is never in memory twice. Any thread may read, one at a time.
 */
final class TensorReader implements AutoCloseable {
  /** Few enough that a progress bar moves, many enough that the disk is busy. */
  private static final int CHUNK = 4 << 20;

  /** Memory up to this size is kept for the next tensor. */
  private static final long KEPT = 64L << 20;

  private static final long CACHE_LINE = 64;

  private final Cursor cursor;
  private final Progress progress;
  private long done;
  private @Nullable Memory memory;
  private @Nullable Place present;
  private boolean closed;

  /**
   * A reader that has read nothing.
   *
   * @param cursor on the file
   * @param progress is told of bytes, up to the size of the file
   */
  TensorReader(Cursor cursor, Progress progress) {
    this.cursor = cursor;
    this.progress = progress;
    this.done = cursor.position();
  }

  /** Where a tensor lies, and the order that its rows are to have. */
  private final class Place implements Supplier<MemorySegment> {
    private final TensorEntry entry;
    private final RowOrder order;

    Place(TensorEntry entry, RowOrder order) {
      this.entry = entry;
      this.order = order;
    }

    @Override
    public MemorySegment get() {
      return read(this);
    }
  }

  /** The bytes of a tensor, read by every call that does not follow one for the same tensor. */
  Supplier<MemorySegment> source(TensorEntry entry, RowOrder order) {
    return new Place(entry, order);
  }

  private synchronized MemorySegment read(Place place) {
    if (closed) {
      throw new IllegalStateException(cursor.file() + " is closed");
    }
    long bytes = place.entry.bytes();
    if (!place.equals(present)) {
      present = null;
      MemorySegment data = room(bytes);
      if (place.order.equals(RowOrder.OF_FILE)) {
        fill(place.entry, data);
      } else {
        reordered(place, data);
      }
      present = place;
    }
    return room(bytes).asReadOnly();
  }

  private void fill(TensorEntry entry, MemorySegment data) {
    cursor.seek(entry.offset());
    for (long at = 0; at < data.byteSize(); ) {
      long step = Math.min(CHUNK, data.byteSize() - at);
      cursor.read(data.asSlice(at, step).asByteBuffer(), Printable.of(entry.name()));
      at += step;
      done = Math.min(done + step, cursor.size());
      progress.update(done, cursor.size());
    }
  }

  private void reordered(Place place, MemorySegment data) {
    long rows = place.entry.rows();
    long rowBytes = data.byteSize() / rows;
    try (Arena temporary = Arena.ofConfined()) {
      MemorySegment file = allocate(temporary, data.byteSize());
      fill(place.entry, file);
      for (long row = 0; row < rows; row++) {
        long from = place.order.rowOfFile(row) * rowBytes;
        MemorySegment.copy(file, from, data, row * rowBytes, rowBytes);
      }
    }
  }

  /** Memory that is given back at a time of our own. */
  private final class Memory implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment all;

    Memory(long bytes) {
      all = allocate(arena, bytes);
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  /** The memory: as it was, if it fits. */
  private MemorySegment room(long bytes) {
    Memory held = memory;
    if (held == null
        || held.all.byteSize() < bytes
        || held.all.byteSize() > Math.max(bytes, KEPT)) {
      free();
      held = new Memory(bytes);
      memory = held;
    }
    return held.all.asSlice(0, bytes);
  }

  private MemorySegment allocate(Arena from, long bytes) {
    try {
      return from.allocate(bytes, CACHE_LINE);
    } catch (OutOfMemoryError e) {
      throw new MsrnnException(
          cursor.file()
              + ": a tensor takes "
              + bytes
              + " bytes of memory, and there are not as many",
          e);
    }
  }

  private void free() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    free();
  }
}
