package org.msrnn.core.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.MsrnnException;
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
  /** Few enough that a progress bar moves, many enough that the disk is busy. */
  private static final int CHUNK = 4 << 20;

  private static final long CACHE_LINE = 64;

  private final Cursor cursor;
  private final SeekableByteChannel channel;
  private final MessageDigest sha256;
  private final GgufReader.Header header;
  private final Metadata metadata;
  private final Arena arena = Arena.ofShared();
  private @Nullable MemorySegment data;
  private @Nullable String digest;

  private GgufFile(
      Cursor cursor, SeekableByteChannel channel, MessageDigest sha256, GgufReader.Header header) {
    this.cursor = cursor;
    this.channel = channel;
    this.sha256 = sha256;
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
      return open(path, Files.newByteChannel(path));
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** The same on an open channel, which belongs to the result. */
  static GgufFile open(Path path, SeekableByteChannel channel) throws IOException {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      var cursor = new Cursor(path, channel, channel.size(), sha256);
      return new GgufFile(cursor, channel, sha256, new GgufReader(cursor).read());
    } catch (NoSuchAlgorithmException e) {
      channel.close();
      throw new IllegalStateException("every Java platform has SHA-256", e);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  private static ModelFileException unreadable(Path path, IOException e) {
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
  public void load(Progress progress) {
    if (digest != null) {
      return;
    }
    if (!channel.isOpen()) {
      throw new IllegalStateException(path() + " is closed");
    }
    cursor.skip(Math.min(header.dataStart(), cursor.size()) - cursor.position(), "padding");
    MemorySegment segment = allocate(cursor.remaining());
    for (long at = 0; at < segment.byteSize(); ) {
      int step = (int) Math.min(CHUNK, segment.byteSize() - at);
      cursor.read(segment.asSlice(at, step).asByteBuffer(), "weights");
      at += step;
      progress.update(cursor.position(), cursor.size());
    }
    data = segment.asReadOnly();
    digest = HexFormat.of().formatHex(sha256.digest());
    closeChannel();
  }

  @Override
  public MemorySegment allocate(long bytes) {
    try {
      return arena.allocate(bytes, CACHE_LINE);
    } catch (OutOfMemoryError e) {
      throw new MsrnnException(
          path() + ": weights take " + bytes + " bytes of memory, and there are not as many", e);
    }
  }

  @Override
  public Tensor tensor(String name) {
    TensorEntry entry = header.tensors().get(name);
    if (entry == null) {
      throw new ModelFileException(path(), -1, name, "missing", "a tensor of this name");
    }
    TensorType type = entry.requireReadable(path());
    if (data == null) {
      throw new IllegalStateException("the weights of " + path() + " are not loaded");
    }
    return new Tensor(
        name,
        type,
        size(name, entry.rows()),
        size(name, entry.columns()),
        data.asSlice(entry.offset() - header.dataStart(), entry.bytes()));
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
    if (digest == null) {
      throw new IllegalStateException("the weights of " + path() + " are not loaded");
    }
    return digest;
  }

  @Override
  public void close() {
    closeChannel();
    if (arena.scope().isAlive()) {
      arena.close();
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
