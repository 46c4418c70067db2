package org.msrnn.core.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.msrnn.api.ModelFileException;

/** The SHA-256 of a file, computed by a thread of its own while the weights are read. */
final class FileDigest implements AutoCloseable {
  private static final int CHUNK = 1 << 18;

  private final Path file;
  private final FutureTask<String> task;

  /**
   * Begins.
   *
   * @param file for messages
   * @param opener opens the file once more
   * @param size its size
   */
  FileDigest(Path file, GgufFile.Opener opener, long size) {
    this.file = file;
    this.task = new FutureTask<>(() -> digest(file, opener, size));
    Thread.ofPlatform().name("msrnn-digest").daemon().start(task);
  }

  private static String digest(Path file, GgufFile.Opener opener, long size) throws IOException {
    try (SeekableByteChannel channel = opener.open()) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      Cursor cursor = new Cursor(file, channel, size);
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (cursor.remaining() > 0) {
        chunk.clear().limit((int) Math.min(CHUNK, cursor.remaining()));
        cursor.read(chunk, "weights");
        sha256.update(chunk.flip());
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Waits for the digest, in hexadecimal digits. */
  String get() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case ModelFileException fault -> fault;
        case IOException fault -> GgufFile.unreadable(file, fault);
        case null, default -> new IllegalStateException("the digest of " + file, e);
      };
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Stops. */
  @Override
  public void close() {
    task.cancel(true);
  }
}
