package org.msrnn.core.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;

/** Memory for one tensor after the other, which is given back at a time of our own. */
final class TensorMemory implements AutoCloseable {
  /** Memory up to this size is kept for the next tensor. */
  private static final long KEPT = 64L << 20;

  private static final long CACHE_LINE = 64;

  private final Path model;
  private @Nullable Piece held;

  /**
   * No memory yet.
   *
   * @param model the model's path, for messages
   */
  TensorMemory(Path model) {
    this.model = model;
  }

  /** Memory of some size: as it was, if that fits. */
  MemorySegment room(long bytes) {
    Piece piece = held;
    if (piece == null
        || piece.all.byteSize() < bytes
        || piece.all.byteSize() > Math.max(bytes, KEPT)) {
      close();
      piece = new Piece(bytes);
      held = piece;
    }
    return piece.all.asSlice(0, bytes);
  }

  private final class Piece implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment all;

    Piece(long bytes) {
      try {
        all = arena.allocate(bytes, CACHE_LINE);
      } catch (OutOfMemoryError e) {
        throw new MsrnnException(
            model + ": a tensor takes " + bytes + " bytes of memory, and there are not as many", e);
      }
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  @Override
  public void close() {
    if (held != null) {
      held.close();
      held = null;
    }
  }
}
