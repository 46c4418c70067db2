package org.msrnn.eval.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.msrnn.api.MsrnnException;

/** Files of bytes that are replaced as a whole: they have the old content or the new, no part. */
public final class WholeFile {
  private WholeFile() {}

  /** Writes a content. */
  @FunctionalInterface
  public interface Content {
    /** Writes it. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Refuses what {@link #write} could not replace, before hours are spent on its content.
   *
   * @throws MsrnnException if there is something that is no file, or no folder for it
   */
  public static void demandReplaceable(Path file) {
    Path folder = folder(file);
    String reason = null;
    if (Files.isDirectory(file)) {
      reason = "it is a folder";
    } else if (Files.exists(file) && !Files.isRegularFile(file)) {
      reason = "it is not a file";
    } else if (!Files.isDirectory(folder)) {
      reason = "there is no folder " + folder;
    } else if (!Files.isWritable(folder)) {
      reason = "permission denied";
    }
    if (reason != null) {
      throw new MsrnnException("cannot write " + file + ": " + reason);
    }
  }

  /**
   * Writes a file. Where the content cannot be written, the old file stays.
   *
   * @throws MsrnnException if it cannot be written
   */
  public static void write(Path file, Content content) {
    demandReplaceable(file);
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file; // a link stays a link
      Path part = Files.createTempFile(folder(target), "msrnn", ".part");
      try {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
          var out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
          content.writeTo(out);
          out.flush();
          channel.force(true); // on the disk before the old file goes
        }
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new MsrnnException("cannot write " + file + ": " + IoReason.of(e), e);
    }
  }

  private static Path folder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file.toAbsolutePath() : folder;
  }
}
