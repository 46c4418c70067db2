package org.msrnn.eval.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.IoReason;

/**
 * An append-only file of records, one JSON text a line, each with its CRC32C.
 *
 * <p>{@link #append} returns when the record is on the disk (fsync). On opening, a damaged or torn
 * last line is cut, since its append never returned; damage before it is an error that names the
 * byte, unless repair is asked for. A second process is refused by a lock on a file beside it.
 */
public final class Journal implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final FileChannel lockChannel;
  private final List<String> records;
  private final long cut;
  private long end;
  private @Nullable IOException broken;

  private Journal(
      Path file, FileChannel channel, FileChannel lockChannel, JournalScan scan, long cut) {
    this.file = file;
    this.channel = channel;
    this.lockChannel = lockChannel;
    this.records = new ArrayList<>(scan.records());
    this.end = scan.goodBytes();
    this.cut = cut;
  }

  /** Opens for appending; the file and its folder are created where they are missing. */
  public static Journal open(Path file) {
    return open(file, false);
  }

  /**
   * Opens for appending.
   *
   * @param file the journal
   * @param repair whether damage before the last line is moved aside, to {@code
   *     FILE.damaged-OFFSET}
   * @throws JournalException if the journal is damaged, in use, or cannot be written
   */
  public static Journal open(Path file, boolean repair) {
    FileChannel lockChannel = null;
    FileChannel channel = null;
    try {
      Path folder = folderOf(file);
      Files.createDirectories(folder);
      demandFile(file);
      lockChannel = lock(file);
      JournalScan scan =
          Files.exists(file) ? JournalScan.of(Files.readAllBytes(file)) : JournalScan.EMPTY;
      if (!scan.damage().isEmpty()) {
        if (!repair) {
          JournalScan.Damage first = scan.damage().getFirst();
          throw JournalException.damaged(file, first.offset(), first.length());
        }
        scan = repair(file, scan);
      }
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      long cut = channel.size() - scan.goodBytes();
      if (cut > 0) {
        channel.truncate(scan.goodBytes());
      }
      channel.force(true);
      forceFolder(folder);
      return new Journal(file, channel, lockChannel, scan, cut);
    } catch (IOException e) {
      close(channel);
      close(lockChannel);
      throw new JournalException("cannot write " + file + ": " + reason(e), e);
    } catch (JournalException e) {
      close(lockChannel);
      throw e;
    }
  }

  /**
   * The records of a journal that someone else may be writing: nothing is locked, cut or repaired.
   *
   * @throws JournalException if there is none, or it is damaged before its last line
   */
  public static List<String> read(Path file) {
    byte[] bytes;
    try {
      demandFile(file);
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new JournalException("cannot read the journal " + file + ": " + reason(e), e);
    }
    JournalScan scan = JournalScan.of(bytes);
    if (!scan.damage().isEmpty()) {
      JournalScan.Damage first = scan.damage().getFirst();
      throw JournalException.damaged(file, first.offset(), first.length());
    }
    return scan.records();
  }

  /** A device may have no end, a pipe no other side. */
  private static void demandFile(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is not a file");
    }
  }

  /** The records found when it was opened, and those appended since, in order. */
  public List<String> records() {
    return List.copyOf(records);
  }

  /** Where it is. */
  public Path file() {
    return file;
  }

  /** Bytes of a torn last line that were cut when it was opened; 0 where it ended cleanly. */
  public long cutBytes() {
    return cut;
  }

  /**
   * Appends a record. It is on the disk when the call returns.
   *
   * @param record JSON without a line break
   * @throws JournalException if it cannot be written; nothing can be appended after that
   */
  public void append(String record) {
    if (broken != null) {
      throw new JournalException("cannot write " + file + " any more", broken);
    }
    byte[] line = JournalLine.write(record);
    try {
      ByteBuffer buffer = ByteBuffer.wrap(line);
      long at = end;
      while (buffer.hasRemaining()) {
        at += channel.write(buffer, at);
      }
      channel.force(false);
      end = at;
      records.add(record);
    } catch (IOException e) {
      broken = e;
      throw new JournalException("cannot write " + file + ": " + reason(e), e);
    }
  }

  @Override
  public void close() {
    close(channel);
    close(lockChannel);
  }

  private static FileChannel lock(Path file) throws IOException {
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    FileChannel channel =
        FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    } catch (IOException e) {
      close(channel);
      throw e;
    }
    if (lock == null) {
      close(channel);
      throw new JournalException(
          file + " is in use by another msrnn; wait for it, or choose another --out");
    }
    return channel;
  }

  /** Writes the good lines anew, keeps the bad bytes beside them, and swaps the files. */
  private static JournalScan repair(Path file, JournalScan scan) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Path repaired = file.resolveSibling(file.getFileName() + ".repaired");
    try (FileChannel out =
        FileChannel.open(
            repaired,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      int from = 0;
      for (JournalScan.Damage damage : scan.damage()) {
        int at = Math.toIntExact(damage.offset());
        Path aside = file.resolveSibling(file.getFileName() + ".damaged-" + at);
        Files.write(aside, Arrays.copyOfRange(bytes, at, at + damage.length()));
        writeFully(out, ByteBuffer.wrap(bytes, from, at - from));
        from = at + damage.length();
      }
      writeFully(out, ByteBuffer.wrap(bytes, from, Math.toIntExact(scan.goodBytes()) - from));
      out.force(true);
    }
    Files.move(repaired, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return JournalScan.of(Files.readAllBytes(file));
  }

  private static void writeFully(FileChannel out, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  /** Makes a new file's name durable, where the system lets a folder be opened. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows has no such operation and needs none.
    }
  }

  private static Path folderOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static String reason(IOException e) {
    return IoReason.of(e);
  }

  private static void close(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Everything acknowledged was forced before.
      }
    }
  }
}
