package org.msrnn.core.format;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

/**
 * A GGUF file of version 2 or 3, little-endian, in one part. Limits: 65,536 keys and as many
 * tensors, strings of 16 MiB, a header of 256 MiB. While a file is opened, memory stays below 8
 * times the bytes read so far plus 1 MiB.
 *
 * <p>Weights are read, not mapped: a file that is cut while it is mapped kills the process from
 * inside a compiled vector loop, and no check can help.
 */
public final class GgufFile implements ModelFile {
  /** Opens the file. */
  @FunctionalInterface
  interface Opener {
    /** At its start. */
    SeekableByteChannel open() throws IOException;
  }

  private final Cursor cursor;
  private final Opener opener;
  private final SeekableByteChannel channel;
  private final GgufReader.Header header;
  private final Metadata metadata;
  private @Nullable TensorReader reader;
  private @Nullable FileDigest digest;

  private GgufFile(
      Cursor cursor, Opener opener, SeekableByteChannel channel, GgufReader.Header header) {
    this.cursor = cursor;
    this.opener = opener;
    this.channel = channel;
    this.header = header;
    this.metadata = new Metadata(cursor.file(), header.metadata());
  }

  /**
   * Reads and checks everything but the weights.
   *
   * @throws ModelFileException if the file is missing, unreadable, damaged or no GGUF file
   */
  public static GgufFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new ModelFileException(
          path,
          -1,
          "file",
          Files.isDirectory(path)
              ? "a directory"
              : Files.exists(path) ? "no plain file" : "missing",
          "a model file in GGUF format");
    }
    try {
      return open(path, () -> Files.newByteChannel(path));
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** The same for whatever can be opened. */
  static GgufFile open(Path path, Opener opener) throws IOException {
    SeekableByteChannel channel = opener.open();
    try {
      var cursor = new Cursor(path, channel, channel.size());
      return new GgufFile(cursor, opener, channel, new GgufReader(cursor).read());
    } catch (Throwable e) {
      channel.close();
      throw e;
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

  @Override
  public Path path() {
    return cursor.file();
  }

  @Override
  public String format() {
    return "GGUF " + header.version();
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public long fileBytes() {
    return cursor.size();
  }

  @Override
  public List<TensorEntry> tensors() {
    return List.copyOf(header.tensors().sequencedValues());
  }

  @Override
  public Set<String> tensorNames() {
    return header.tensors().sequencedKeySet();
  }

  @Override
  public Optional<TensorEntry> entry(String name) {
    return Optional.ofNullable(header.tensors().get(name));
  }

  @Override
  public void startReading(Progress progress) {
    if (!channel.isOpen()) {
      throw new IllegalStateException(path() + " is closed");
    }
    if (reader == null) {
      reader = new TensorReader(cursor, progress);
      digest = new FileDigest(path(), opener, cursor.size());
    }
  }

  @Override
  public Tensor tensor(String name, RowOrder order) {
    TensorEntry entry = header.tensors().get(name);
    if (entry == null) {
      throw new ModelFileException(path(), -1, name, "missing", "a tensor of this name");
    }
    TensorType type = entry.requireReadable(path());
    return new Tensor(
        name,
        type,
        size(name, entry.rows()),
        size(name, entry.columns()),
        started(reader).source(entry, order));
  }

  private int size(String name, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new ModelFileException(
          path(),
          -1,
          Printable.of(name) + " dims",
          Long.toString(size),
          "at most " + Integer.MAX_VALUE + " rows and as many columns");
    }
    return (int) size;
  }

  @Override
  public String digest() {
    return started(digest).get();
  }

  private <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the weights of " + path() + " are not being read");
    }
    return part;
  }

  @Override
  public void close() {
    closeChannel();
    if (reader != null) {
      reader.close();
    }
    if (digest != null) {
      digest.close();
    }
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException e) {
      // All that was needed has been read: a failing close loses nothing.
      System.getLogger(GgufFile.class.getName())
          .log(System.Logger.Level.DEBUG, "closing " + path(), e);
    }
  }
}
