package org.msrnn.core.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.core.Progress;

/**
 * Reads tensors of a model into two pieces of memory in turn: while one tensor is packed, a thread
 * reads the next, in the order in which {@link #source} was called, ahead. A model passes through
 * on its way to a backend and is never in memory twice. Any thread may ask, one at a time; another
 * order costs a reading in vain.
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
  private final class Place implements Supplier<MemorySegment> {
    private final StoredTensor tensor;
    private final RowOrder order;
    private @Nullable Place next;
    private boolean used;

    Place(StoredTensor tensor, RowOrder order) {
      this.tensor = tensor;
      this.order = order;
    }

    @Override
    public MemorySegment get() {
      return read(this);
    }
  }

  /** A piece of memory, and the tensor that is in it or on its way there. */
  private final class Turn {
    private final TensorMemory memory = new TensorMemory(model);
    private @Nullable Place place;
    private @Nullable Future<MemorySegment> data;

    /** Begins to read, after what is being read. */
    void start(Place of) {
      place = of;
      data = thread.submit(() -> fill(of, memory));
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

  /** The bytes of a tensor, read by every call that does not follow one for the same tensor. */
  synchronized Supplier<MemorySegment> source(StoredTensor tensor, RowOrder order) {
    var place = new Place(tensor, order);
    if (last != null) {
      last.next = place;
    }
    last = place;
    return place;
  }

  private synchronized MemorySegment read(Place place) {
    if (closed) {
      throw new IllegalStateException(model + " is closed");
    }
    if (!place.equals(present.place)) {
      if (!place.equals(ahead.place)) {
        ahead.start(place);
      }
      Turn over = present;
      present = ahead;
      ahead = over;
      ahead.place = null;
      MemorySegment data = present.data();
      place.used = true;
      Place next = unused(place.next);
      if (next != null) {
        ahead.start(next);
      }
      return data;
    }
    return present.data();
  }

  private static @Nullable Place unused(@Nullable Place from) {
    Place place = from;
    while (place != null && place.used) {
      place = place.next;
    }
    return place;
  }

  private MemorySegment fill(Place place, TensorMemory memory) {
    MemorySegment data = memory.room(place.tensor.entry().bytes());
    long rows = place.tensor.entry().rows();
    Cursor cursor = place.tensor.file();
    cursor.seek(place.tensor.entry().offset());
    if (keepsRows(place, rows)) {
      for (long at = 0; at < data.byteSize(); at += CHUNK) {
        long bytes = Math.min(CHUNK, data.byteSize() - at);
        next(place, data.asSlice(at, bytes).asByteBuffer());
      }
    } else {
      reordered(place, rows, data);
    }
    return data.asReadOnly();
  }

  /** Orders that undo each other leave nothing to move. */
  private static boolean keepsRows(Place place, long all) {
    long rows = place.order.equals(RowOrder.OF_FILE) ? 0 : all;
    for (long row = 0; row < rows; row++) {
      if (place.order.rowOfFile(row) != row) {
        return false;
      }
    }
    return true;
  }

  private void reordered(Place place, long rows, MemorySegment data) {
    long rowBytes = data.byteSize() / rows;
    int[] rowOf = new int[Math.toIntExact(rows)]; // by rows of the file
    for (int row = 0; row < rowOf.length; row++) {
      rowOf[Math.toIntExact(place.order.rowOfFile(row))] = row;
    }
    int most = (int) Math.clamp(CHUNK / rowBytes, 1, rows);
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
