package org.msrnn.core.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.msrnn.api.ModelFileException;

/**
 * The SHA-256 of files one after the other, computed by a thread of its own while the weights are
 * read.
 */
final class FileDigest implements AutoCloseable {
  private static final int CHUNK = 1 << 18;

  private final Path model;
  private final FutureTask<String> task;

  /**
   * Begins.
   *
   * @param model the model's path, for messages
   * @param files the files and their sizes; opened once more, one at a time
   */
  FileDigest(Path model, List<Cursor> files, Opener opener) {
    this.model = model;
    this.task = new FutureTask<>(() -> digest(files, opener));
    Thread.ofPlatform().name("msrnn-digest").daemon().start(task);
  }

  private static String digest(List<Cursor> files, Opener opener) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (Cursor file : files) {
        update(sha256, file.file(), file.size(), opener);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void update(MessageDigest sha256, Path file, long size, Opener opener) {
    try (SeekableByteChannel channel = opener.open(file)) {
      Cursor cursor = new Cursor(file, channel, size);
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (cursor.remaining() > 0) {
        chunk.clear().limit((int) Math.min(CHUNK, cursor.remaining()));
        cursor.read(chunk, "weights");
        sha256.update(chunk.flip());
      }
    } catch (IOException e) {
      throw ModelParts.unreadable(file, e);
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
      if (e.getCause() instanceof ModelFileException fault) {
        throw fault;
      }
      throw new IllegalStateException("the digest of " + model, e);
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
