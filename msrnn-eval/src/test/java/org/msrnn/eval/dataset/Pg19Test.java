package org.msrnn.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;

class Pg19Test {
  @TempDir Path folder;

  @BeforeEach
  void books() throws IOException {
    Files.createDirectories(folder.resolve("test"));
    for (String id : List.of("9", "10321", "860")) {
      Files.writeString(folder.resolve("test/" + id + ".txt"), "Text of book " + id);
    }
    Files.writeString(folder.resolve("test/notes.txt"), "not a book");
    Files.writeString(
        folder.resolve("metadata.csv"),
        "860,\"Baby Mine, a farce by Margaret Mayo\",1911,\n10321,Dragon's blood,1909,\n");
  }

  @Test
  void booksComeInTheOrderOfTheirNumbersWithTheirTitles() {
    assertThat(Pg19.open(folder).texts("test", List.of()))
        .containsExactly(
            java.util.Map.entry("9", "Text of book 9"),
            java.util.Map.entry("860 Baby Mine, a farce by Margaret Mayo", "Text of book 860"),
            java.util.Map.entry("10321 Dragon's blood", "Text of book 10321"));
    assertThat(Pg19.open(folder).texts("test", List.of("860"))).hasSize(1);
  }

  @Test
  void metadataMayBeMissing() throws IOException {
    Files.delete(folder.resolve("metadata.csv"));
    assertThat(Pg19.open(folder).texts("test", List.of("9", "860"))).containsKeys("9", "860");
  }

  @Test
  void whatIsNotThereIsNamedWithWhatIs() {
    Pg19 pg19 = Pg19.open(folder);

    assertThatThrownBy(() -> pg19.texts("dev", List.of()))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'dev'")
        .hasMessageContaining("train, validation, test");
    assertThatThrownBy(() -> pg19.texts("test", List.of("860", "77")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'77'")
        .hasMessageContaining("9, 860, 10321");
    assertThatThrownBy(() -> pg19.texts("test", List.of("860x")))
        .isInstanceOf(InvalidOptionException.class);
    assertThatThrownBy(() -> pg19.texts("train", List.of()))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("train");
    assertThatThrownBy(() -> Pg19.open(folder.resolve("absent")))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("not a folder of PG-19");
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    Path metadata = folder.resolve("metadata.csv");
    Files.writeString(metadata, "1,a,2,\nonly one field\n");
    assertThatThrownBy(() -> Pg19.open(folder)).hasMessageContaining("metadata.csv, line 2");
    Files.write(metadata, new byte[] {(byte) 0xff, (byte) 0xfe, ',', 'x'});
    assertThatThrownBy(() -> Pg19.open(folder))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("metadata.csv");
    Files.delete(metadata);
    Files.write(folder.resolve("test/860.txt"), new byte[] {(byte) 0xc3, 'x'});
    assertThatThrownBy(() -> Pg19.open(folder).texts("test", List.of()))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("860.txt");
  }
}
