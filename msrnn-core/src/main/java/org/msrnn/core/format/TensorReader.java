package org.msrnn.core.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.core.Progress;

/**
 * Reads tensors of a model into one piece of memory, the next over the last: a model passes through
 * on its way to a backend and is never in memory twice. Any thread may read, one at a time.
 */
final class TensorReader implements AutoCloseable {
  /** Few enough that a progress bar moves, many enough that the disk is busy. */
  private static final int CHUNK = 4 << 20;

  /** Memory up to this size is kept for the next tensor. */
  private static final long KEPT = 64L << 20;

  private static final long CACHE_LINE = 64;

  private final Path model;
  private final long total;
  private final Progress progress;
  private long done;
  private @Nullable Memory memory;
  private @Nullable Place present;
  private boolean closed;

  /**
   * A reader that has read no tensor.
   *
   * @param model the model's path, for messages
   * @param done bytes that count as read
   * @param total bytes of all files
   * @param progress is told of bytes
   */
  TensorReader(Path model, long done, long total, Progress progress) {
    this.model = model;
    this.done = done;
    this.total = total;
    this.progress = progress;
  }

  /** Where a tensor lies, and the order that its rows are to have. */
  private final class Place implements Supplier<MemorySegment> {
    private final StoredTensor tensor;
    private final RowOrder order;

    Place(StoredTensor tensor, RowOrder order) {
      this.tensor = tensor;
      this.order = order;
    }

    @Override
    public MemorySegment get() {
      return read(this);
    }
  }

  /** The bytes of a tensor, read by every call that does not follow one for the same tensor. */
  Supplier<MemorySegment> source(StoredTensor tensor, RowOrder order) {
    return new Place(tensor, order);
  }

  private synchronized MemorySegment read(Place place) {
    if (closed) {
      throw new IllegalStateException(model + " is closed");
    }
    long bytes = place.tensor.entry().bytes();
    if (!place.equals(present)) {
      present = null;
      MemorySegment data = room(bytes);
      if (keepsRows(place)) {
        fill(place.tensor, data);
      } else {
        reordered(place, data);
      }
      present = place;
    }
    return room(bytes).asReadOnly();
  }

  /** Orders that undo each other leave nothing to move. */
  private static boolean keepsRows(Place place) {
    long rows = place.order.equals(RowOrder.OF_FILE) ? 0 : place.tensor.entry().rows();
    for (long row = 0; row < rows; row++) {
      if (place.order.rowOfFile(row) != row) {
        return false;
      }
    }
    return true;
  }

  private void fill(StoredTensor tensor, MemorySegment data) {
    Cursor cursor = tensor.file();
    cursor.seek(tensor.entry().offset());
    for (long at = 0; at < data.byteSize(); ) {
      long step = Math.min(CHUNK, data.byteSize() - at);
      cursor.read(data.asSlice(at, step).asByteBuffer(), Printable.of(tensor.entry().name()));
      at += step;
      done = Math.min(done + step, total);
      progress.update(done, total);
    }
  }

  private void reordered(Place place, MemorySegment data) {
    long rows = place.tensor.entry().rows();
    long rowBytes = data.byteSize() / rows;
    try (Arena temporary = Arena.ofConfined()) {
      MemorySegment file = allocate(temporary, data.byteSize());
      fill(place.tensor, file);
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
          model + ": a tensor takes " + bytes + " bytes of memory, and there are not as many", e);
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
