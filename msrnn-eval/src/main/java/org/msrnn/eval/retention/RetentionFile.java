package org.msrnn.eval.retention;

import com.google.common.primitives.Ints;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;

/** Writes who was kept until when for other tools; docs/retention-file.md describes the file. */
public final class RetentionFile {
  /** The same content gives the same bytes: a zip's first moment. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private RetentionFile() {}

  /**
   * Writes a file.
   *
   * @param file where to
   * @param retention what was kept, all of its sets
   * @param ids the tokens
   * @param meta what it is, as JSON
   * @throws MsrnnException if it cannot be written
   */
  public static void write(Path file, Retention retention, int[] ids, String meta) {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      write(zip, "kept_until", keptUntil(retention));
      write(zip, "token_ids", NpyArray.int32(ids, ids.length));
      write(zip, "meta", NpyArray.utf8(meta));
    } catch (IOException e) {
      throw new MsrnnException("cannot write " + file + ": " + IoReason.of(e), e);
    }
  }

  /** Layers, heads (1 where they share a set), tokens. */
  private static NpyArray keptUntil(Retention retention) {
    int layers = 1 + retention.sets().stream().mapToInt(SetRetention::layer).max().orElse(-1);
    int heads = layers == 0 ? 0 : retention.sets().size() / layers;
    if (!retention.isWhole()) {
      throw new MsrnnException(
          "a retention file holds all sets, and the record has a choice of "
              + retention.sets().size()
              + " of them: record fewer tokens");
    }
    int[][] sets =
        retention.sets().stream()
            .map(set -> set.keptUntil(retention.tokens()))
            .toArray(int[][]::new);
    return NpyArray.int32(Ints.concat(sets), layers, heads, retention.tokens());
  }

  private static void write(ZipOutputStream zip, String name, NpyArray array) throws IOException {
    var entry = new ZipEntry(name + ".npy");
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
    array.write(zip);
    zip.closeEntry();
  }
}
