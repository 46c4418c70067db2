package org.msrnn.eval.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.io.Json;

class JournalTest {
  private static final int RECORDS = 8;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void fill() {
    file = folder.resolve("runs/journal.jsonl");
    try (Journal journal = Journal.open(file)) {
      written().forEach(journal::append);
    }
  }

  private static List<String> written() {
    List<String> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      records.add("{\"n\":" + i + ",\"text\":\"\u00e9\\n " + "x".repeat(i % 5) + "\"}");
    }
    return records;
  }

  private int[] lineEnds(byte[] bytes) {
    int[] ends = new int[RECORDS + 1];
    int count = 1;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        ends[count++] = i + 1;
      }
    }
    return ends;
  }

  @Test
  void whatWasAppendedIsRead() {
    assertThat(Journal.read(file)).isEqualTo(written());
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.records()).isEqualTo(written());
      assertThat(journal.cutBytes()).isZero();
    }
  }

  @Test
  void everyLineIsJsonForOthers() throws IOException {
    for (String line : Files.readAllLines(file)) {
      Map<?, ?> fields = Json.read(line, Map.class);
      assertThat(List.copyOf(fields.keySet())).isEqualTo(List.of("crc32c", "record"));
    }
  }

  /** At every byte: the whole records before it are there, and the journal goes on from them. */
  @Test
  void truncationAtEveryByteLosesNoWholeRecord() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int[] ends = lineEnds(bytes);
    for (int length = 0; length <= bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      int whole = 0;
      while (whole < RECORDS && ends[whole + 1] <= length) {
        whole++;
      }
      List<String> expected = new ArrayList<>(written().subList(0, whole));

      assertThat(Journal.read(file)).as("read at %d", length).isEqualTo(expected);
      try (Journal journal = Journal.open(file)) {
        assertThat(journal.records()).as("opened at %d", length).isEqualTo(expected);
        assertThat(journal.cutBytes()).isEqualTo(length - ends[whole]);
        journal.append("{}");
      }
      expected.add("{}");
      assertThat(Journal.read(file)).as("went on at %d", length).isEqualTo(expected);
    }
  }

  /** Before the last line a flip is an error that names the byte; in it, the line is cut. */
  @Test
  void noFlippedBitIsTakenForARecord() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int[] ends = lineEnds(bytes);
    int lastStart = ends[RECORDS - 1];
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] damaged = bytes.clone();
      int at = bit / 8;
      damaged[at] ^= (byte) (1 << bit % 8);
      Files.write(file, damaged);
      if (at >= lastStart) {
        try (Journal journal = Journal.open(file)) {
          assertThat(journal.records())
              .as("bit %d", bit)
              .isEqualTo(written().subList(0, RECORDS - 1));
        }
      } else {
        assertThatThrownBy(() -> Journal.open(file))
            .as("bit %d", bit)
            .isInstanceOf(JournalException.class)
            .hasMessageContaining("byte ")
            .satisfies(
                e -> {
                  long offset = ((JournalException) e).offset();
                  assertThat(offset).isLessThanOrEqualTo(at);
                  assertThat(Arrays.stream(ends).anyMatch(end -> end == offset)).isTrue();
                });
        assertThat(Files.readAllBytes(file)).as("left as it was").isEqualTo(damaged);
      }
    }
  }

  @Test
  void repairMovesTheBadBytesAsideAndKeepsTheRest() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int[] ends = lineEnds(bytes);
    bytes[ends[3] + 40] ^= 4;
    bytes[ends[4] + 30] ^= 1;
    bytes[ends[6] + 1] ^= 1;
    Files.write(file, bytes);

    try (Journal journal = Journal.open(file, true)) {
      List<String> expected = new ArrayList<>(written());
      expected.remove(6);
      expected.remove(4);
      expected.remove(3);
      assertThat(journal.records()).isEqualTo(expected);
    }

    Path aside = file.resolveSibling("journal.jsonl.damaged-" + ends[3]);
    assertThat(Files.readAllBytes(aside)).isEqualTo(Arrays.copyOfRange(bytes, ends[3], ends[5]));
    assertThat(file.resolveSibling("journal.jsonl.damaged-" + ends[6])).exists();
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.records()).hasSize(RECORDS - 3);
    }
  }

  /** A kill can tear one line, so two bad ones at the end are damage. */
  @Test
  void twoBadLinesAtTheEndAreDamage() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int[] ends = lineEnds(bytes);
    bytes[ends[RECORDS - 2] + 30] ^= 1;
    bytes[ends[RECORDS - 1] + 30] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> Journal.open(file))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("byte " + ends[RECORDS - 2]);
  }

  @Test
  void secondWriterIsRefused() {
    try (Journal journal = Journal.open(file)) {
      assertThatThrownBy(() -> Journal.open(file))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("in use");
      journal.append("{\"still\":\"works\"}");
    }
    Journal.open(file).close();
  }

  @Test
  void secondProcessIsRefused() throws Exception {
    try (Journal journal = Journal.open(file)) {
      assertThat(OtherProcess.opens(file)).contains("in use");
      assertThat(journal.records()).hasSize(RECORDS);
    }
    assertThat(OtherProcess.opens(file)).isEqualTo("opened");
  }

  @Test
  void recordWithALineBreakIsRefused() {
    try (Journal journal = Journal.open(file)) {
      assertThatThrownBy(() -> journal.append("{\n}")).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void folderThatCannotBeMadeIsNamed() {
    assertThatThrownBy(() -> Journal.open(file.resolve("below/a/file.jsonl")))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("cannot write")
        .hasMessageContaining("file.jsonl");
  }
}
