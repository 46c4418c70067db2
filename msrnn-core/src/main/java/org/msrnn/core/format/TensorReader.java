package org.msrnn.core.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

/**
 * Reads rows of a model's tensors into two pieces of memory in turn: while some are packed, a
 * thread reads those that will be asked for next, ahead. That is what follows in the tensor, then
 * the tensor for which {@link #source} was called next. A model passes through on its way to a
 * backend and is never in memory twice. Any thread may ask, one at a time; another order costs a
 * reading in vain.
 */
final class TensorReader implements AutoCloseable {
  /** Few enough that a progress bar moves, many enough that the disk is busy. */
  private static final int CHUNK = 4 << 20;

  private final Path model;
  private final long total;
  private final Progress progress;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("msrnn-reader").daemon().factory());
  private long done; // the thread's own
  private @Nullable Place last;
  private Turn present;
  private Turn ahead;
  private boolean inParts = true; // how tensors larger than a part are asked for
  private boolean closed;

  /**
   * A reader that has read no tensor.
   *
   * @param model the model's path, for messages
   * @param done bytes that count as read
   * @param total bytes of all files
   * @param progress is told of bytes, by the thread that reads
   */
  TensorReader(Path model, long done, long total, Progress progress) {
    this.model = model;
    this.done = done;
    this.total = total;
    this.progress = progress;
    this.present = new Turn();
    this.ahead = new Turn();
  }

  /** Where a tensor lies, and the order that its rows are to have. */
  private final class Place implements Tensor.Source {
    private final StoredTensor tensor;
    private final boolean keepsRows;
    private final RowOrder order;
    private final int rows;
    private final int partRows;
    private @Nullable Place next;
    private boolean used;

    Place(StoredTensor tensor, TensorType type, int rows, int columns, RowOrder order) {
      this.tensor = tensor;
      this.order = order;
      this.rows = rows;
      this.partRows = Tensor.partRows(type, rows, columns);
      this.keepsRows = keepsRows(order, rows);
    }

    @Override
    public MemorySegment rows(int first, int count) {
      return read(this, first, count);
    }

    long rowBytes() {
      return tensor.entry().bytes() / rows;
    }
  }

  /** A piece of memory, and the rows that are in it or on their way there. */
  private final class Turn {
    private final TensorMemory memory = new TensorMemory(model);
    private @Nullable Place place;
    private int first;
    private int end;
    private @Nullable Future<MemorySegment> data;

    boolean has(Place of, int from, int count) {
      return of.equals(place) && first <= from && from + count <= end;
    }

    /** Begins to read, after what is being read. Rows in another order are read all at once. */
    void start(Place of, int from, int count) {
      int start = of.keepsRows ? from : 0;
      int stop = of.keepsRows ? from + count : of.rows;
      place = of;
      first = start;
      end = stop;
      data = thread.submit(() -> fill(of, start, stop, memory));
    }

    /** Waits for it; what failed can be started again. */
    MemorySegment data() {
      Future<MemorySegment> coming = data;
      if (coming == null) {
        throw new IllegalStateException("nothing was started");
      }
      boolean interrupted = false;
      try {
        while (true) {
          try {
            return coming.get();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      } catch (ExecutionException e) {
        place = null;
        throw unwrapped(e);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private RuntimeException unwrapped(ExecutionException e) {
      return switch (e.getCause()) {
        case RuntimeException fault -> fault;
        case Error error -> throw error;
        case null, default -> new IllegalStateException("reading " + model, e);
      };
    }
  }

  /** The rows of a tensor, read by every call that does not follow one for the same rows. */
  synchronized Tensor.Source source(
      StoredTensor tensor, TensorType type, int rows, int columns, RowOrder order) {
    var place = new Place(tensor, type, rows, columns, order);
    if (last != null) {
      last.next = place;
    }
    last = place;
    return place;
  }

  private synchronized MemorySegment read(Place place, int first, int count) {
    if (closed) {
      throw new IllegalStateException(model + " is closed");
    }
    if (place.rows > place.partRows) {
      inParts = count < place.rows;
    }
    if (!present.has(place, first, count)) {
      if (!ahead.has(place, first, count)) {
        ahead.start(place, first, count);
      }
      Turn over = present;
      present = ahead;
      ahead = over;
      ahead.place = null;
      present.data();
      place.used = true;
      startAhead(place);
    }
    long rowBytes = place.rowBytes();
    return present.data().asSlice((first - present.first) * rowBytes, count * rowBytes);
  }

  private void startAhead(Place place) {
    if (present.end < place.rows) {
      ahead.start(place, present.end, Math.min(place.partRows, place.rows - present.end));
      return;
    }
    Place next = unused(place.next);
    if (next != null) {
      ahead.start(next, 0, inParts ? next.partRows : next.rows);
    }
  }

  private static @Nullable Place unused(@Nullable Place from) {
    Place place = from;
    while (place != null && place.used) {
      place = place.next;
    }
    return place;
  }

  private MemorySegment fill(Place place, int first, int end, TensorMemory memory) {
    long rowBytes = place.rowBytes();
    MemorySegment data = memory.room((end - first) * rowBytes);
    Cursor cursor = place.tensor.file();
    cursor.seek(place.tensor.entry().offset() + first * rowBytes);
    if (place.keepsRows) {
      for (long at = 0; at < data.byteSize(); at += CHUNK) {
        long bytes = Math.min(CHUNK, data.byteSize() - at);
        next(place, data.asSlice(at, bytes).asByteBuffer());
      }
    } else {
      reordered(place, data);
    }
    return data.asReadOnly();
  }

  /** Orders that undo each other leave nothing to move. */
  private static boolean keepsRows(RowOrder order, int all) {
    int rows = order.equals(RowOrder.OF_FILE) ? 0 : all;
    for (int row = 0; row < rows; row++) {
      if (order.rowOfFile(row) != row) {
        return false;
      }
    }
    return true;
  }

  private void reordered(Place place, MemorySegment data) {
    long rowBytes = place.rowBytes();
    int[] rowOf = new int[place.rows]; // by rows of the file
    for (int row = 0; row < rowOf.length; row++) {
      rowOf[Math.toIntExact(place.order.rowOfFile(row))] = row;
    }
    int most = Math.clamp(CHUNK / rowBytes, 1, place.rows);
    try (Arena temporary = Arena.ofConfined()) {
      MemorySegment chunk = temporary.allocate(most * rowBytes);
      for (int first = 0; first < rowOf.length; first += most) {
        int count = Math.min(most, rowOf.length - first);
        next(place, chunk.asSlice(0, count * rowBytes).asByteBuffer());
        for (int r = 0; r < count; r++) {
          MemorySegment.copy(chunk, r * rowBytes, data, rowOf[first + r] * rowBytes, rowBytes);
        }
      }
    }
  }

  private void next(Place place, ByteBuffer target) {
    int bytes = target.remaining();
    place.tensor.file().read(target, Printable.of(place.tensor.entry().name()));
    done = Math.min(done + bytes, total);
    progress.update(done, total);
  }

  /** Ends what is being read; the files have been closed. */
  @Override
  public synchronized void close() {
    closed = true;
    thread.shutdownNow();
    thread.close();
    present.memory.close();
    ahead.memory.close();
  }
}
