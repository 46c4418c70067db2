package org.msrnn.core.format;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

/**
 * The files that make up a model, open, in the order in which they were opened; and, once reading
 * has begun, their tensors.
 *
 * <p>Weights are read, not mapped: a file that is cut while it is mapped kills the process from
 * inside a compiled vector loop, and no check can help.
 */
final class ModelParts implements AutoCloseable {
  private record Part(Cursor cursor, SeekableByteChannel channel, FileTime modified) {}

  private final Path model;
  private final Opener opener;
  private final List<Part> parts = new ArrayList<>();
  private boolean closed;
  private @Nullable TensorReader reader;

  /**
   * No file yet.
   *
   * @param model the model's path, for messages
   */
  ModelParts(Path model, Opener opener) {
    this.model = model;
    this.opener = opener;
  }

  /**
   * Opens one more file.
   *
   * @throws ModelFileException if it is missing or unreadable
   */
  Cursor open(Path file) {
    try {
      SeekableByteChannel channel = opener.open(file);
      try {
        var cursor = new Cursor(file, channel, channel.size());
        parts.add(new Part(cursor, channel, opener.modified(file)));
        return cursor;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static ModelFileException unreadable(Path path, IOException e) {
    String reason =
        e instanceof NoSuchFileException
            ? "missing"
            : e instanceof FileSystemException f && f.getReason() != null
                ? "unreadable: " + f.getReason()
                : "unreadable: " + e;
    var fault = new ModelFileException(path, -1, "file", reason, "a file that can be read");
    fault.initCause(e);
    return fault;
  }

  /** Bytes of all files. */
  long bytes() {
    return parts.stream().mapToLong(part -> part.cursor().size()).reduce(0, Math::addExact);
  }

  /**
   * Begins to read, once.
   *
   * @param tensorBytes bytes of all tensors: the others count as read
   * @param progress is told of bytes of all files
   */
  void startReading(long tensorBytes, Progress progress) {
    if (closed) {
      throw new IllegalStateException(model + " is closed");
    }
    if (reader == null) {
      long all = bytes();
      reader = new TensorReader(model, all - tensorBytes, all, progress);
    }
  }

  /** A tensor whose numbers are read when they are asked for. */
  Tensor tensor(StoredTensor stored, RowOrder order) {
    TensorEntry entry = stored.entry();
    TensorType type = entry.requireReadable(stored.file().file());
    int rows = size(stored, entry.rows());
    int columns = size(stored, entry.columns());
    Tensor.Source source = reader().source(stored, type, rows, columns, order);
    return new Tensor(entry.name(), type, rows, columns, source);
  }

  private static int size(StoredTensor stored, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new ModelFileException(
          stored.file().file(),
          -1,
          Printable.of(stored.entry().name()) + " dims",
          Long.toString(size),
          "at most " + Integer.MAX_VALUE + " rows and as many columns");
    }
    return (int) size;
  }

  /** The digest of all files, one after the other. */
  FileDigest digest() {
    return new FileDigest(
        parts.stream()
            .map(part -> new FileDigest.Part(part.cursor.file(), part.cursor.size(), part.modified))
            .toList(),
        opener);
  }

  /** Refuses what is asked for before reading has begun. */
  void requireStarted() {
    reader();
  }

  private TensorReader reader() {
    if (reader == null) {
      throw new IllegalStateException("the weights of " + model + " are not being read");
    }
    return reader;
  }

  @Override
  public void close() {
    closed = true;
    parts.forEach(this::close);
    if (reader != null) {
      reader.close();
    }
  }

  private void close(Part part) {
    try {
      part.channel().close();
    } catch (IOException e) {
      // All that was needed has been read: a failing close loses nothing.
      System.getLogger(ModelParts.class.getName())
          .log(System.Logger.Level.DEBUG, "closing " + part.cursor().file(), e);
    }
  }
}
