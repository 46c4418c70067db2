package org.msrnn.core.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;

/**
 * The SHA-256 of files one after the other, in hexadecimal digits: computed by the first call, and
 * kept. Few need it, and it takes as long as all the rest of loading.
 */
final class FileDigest implements Supplier<String> {
  private static final int CHUNK = 1 << 18;

  private final List<Part> parts;
  private final Opener opener;
  private @Nullable String digest;

  /** A file as it was when it was opened. */
  record Part(Path file, long size, FileTime modified) {}

  /** The digest of some files, none of which is opened yet. */
  FileDigest(List<Part> parts, Opener opener) {
    this.parts = parts;
    this.opener = opener;
  }

  /**
   * Computes it, or says what was computed.
   *
   * @throws ModelFileException if a file cannot be read, or has another size or time of
   *     modification than it had
   */
  @Override
  public synchronized String get() {
    if (digest == null) {
      digest = compute();
    }
    return digest;
  }

  private String compute() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (Part part : parts) {
        update(sha256, part);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void update(MessageDigest sha256, Part part) {
    try (SeekableByteChannel channel = opener.open(part.file)) {
      demandSame(part, channel);
      Cursor cursor = new Cursor(part.file, channel, part.size);
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, part.size));
      while (cursor.remaining() > 0) {
        chunk.clear().limit((int) Math.min(CHUNK, cursor.remaining()));
        cursor.read(chunk, "weights");
        sha256.update(chunk.flip());
      }
      demandSame(part, channel);
    } catch (IOException e) {
      throw ModelParts.unreadable(part.file, e);
    }
  }

  private void demandSame(Part part, SeekableByteChannel channel) throws IOException {
    long size = channel.size();
    FileTime modified = opener.modified(part.file);
    if (size != part.size || !modified.equals(part.modified)) {
      throw new ModelFileException(
          part.file,
          -1,
          "file",
          "changed since it was loaded (" + size + " bytes of " + modified + ")",
          "the file as it was, " + part.size + " bytes of " + part.modified);
    }
  }
}
