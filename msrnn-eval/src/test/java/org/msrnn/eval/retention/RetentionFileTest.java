package org.msrnn.eval.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.task.StateFigures;

class RetentionFileTest {
  private static final Retention RETENTION =
      new Retention(
          3,
          2,
          List.of(
              SetRetention.of(0, 0, new int[] {3, 1, 3}, 4L),
              SetRetention.of(0, 1, new int[] {2, 3, 3}, 5L),
              SetRetention.of(1, 0, new int[] {0, 3, 3}, 3L),
              SetRetention.of(1, 1, new int[] {3, 2, 3}, 5L)),
          StateFigures.NONE);

  private static byte[] entry(Path file, String name) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }
  }

  /** Parsed as NumPy's format description says. */
  private static String header(byte[] npy) {
    assertThat(npy).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
    int length = (npy[8] & 0xff) + 256 * (npy[9] & 0xff);
    assertThat((10 + length) % 64).isZero();
    String header = new String(npy, 10, length, StandardCharsets.US_ASCII);
    assertThat(header).endsWith("\n");
    return header.strip();
  }

  private static int[] numbers(byte[] npy) {
    int from = 10 + (npy[8] & 0xff) + 256 * (npy[9] & 0xff);
    var ints = ByteBuffer.wrap(npy, from, npy.length - from).slice();
    int[] numbers = new int[ints.remaining() / 4];
    ints.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(numbers);
    return numbers;
  }

  @Test
  void arraysAreInNumPysFormat(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("kept.npz");
    RetentionFile.write(file, RETENTION, new int[] {7, 300, 70_000}, "{\"policy\": \"tova é\"}");

    assertThat(header(entry(file, "kept_until.npy")))
        .isEqualTo("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 2, 3,), }");
    assertThat(numbers(entry(file, "kept_until.npy")))
        .containsExactly(3, 1, 3, 2, 3, 3, 0, 3, 3, 3, 2, 3);
    assertThat(header(entry(file, "token_ids.npy")))
        .isEqualTo("{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }");
    assertThat(numbers(entry(file, "token_ids.npy"))).containsExactly(7, 300, 70_000);
    assertThat(header(entry(file, "meta.npy"))).contains("'|u1'", "(21,)");
    assertThat(new String(entry(file, "meta.npy"), StandardCharsets.UTF_8))
        .endsWith("\n{\"policy\": \"tova é\"}");
  }

  @Test
  void theSameContentIsTheSameBytes(@TempDir Path folder) throws IOException {
    RetentionFile.write(folder.resolve("a"), RETENTION, new int[] {1, 2, 3}, "{}");
    RetentionFile.write(folder.resolve("b"), RETENTION, new int[] {1, 2, 3}, "{}");

    assertThat(folder.resolve("a")).hasSameBinaryContentAs(folder.resolve("b"));
    if (System.getProperty("retention.file") != null) {
      Files.copy(folder.resolve("a"), Path.of(System.getProperty("retention.file")));
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsASentence(@TempDir Path folder) {
    assertThatThrownBy(
            () -> RetentionFile.write(folder.resolve("no/file"), RETENTION, new int[3], "{}"))
        .isInstanceOf(MsrnnException.class)
        .hasMessageStartingWith("cannot write ");
  }
}
