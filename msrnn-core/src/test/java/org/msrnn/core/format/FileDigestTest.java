package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

class FileDigestTest {
  private static GgufWriter small() {
    return new GgufWriter()
        .put("text", "h\u00e9llo")
        .tensor("matrix", TensorType.F32, GgufWriter.f32(1, 2, 3, 4, 5, 6), 3, 2);
  }

  @Test
  void theDigestIsThatOfTheWholeFile() throws Exception {
    byte[] bytes = small().bytes();
    var sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
    try (GgufFile file = TestFiles.open(bytes)) {
      assertThat(file.digest().get()).isEqualTo(HexFormat.of().formatHex(sha256));
    }
  }

  @Test
  void theDigestTakesAReadingOfItsOwnWhenItIsAskedForFirst() {
    byte[] bytes = small().bytes();
    var opened = new ArrayList<Path>();
    GgufFile file =
        TestFiles.open(
            path -> {
              opened.add(path);
              return new TestFiles.Bytes(bytes);
            });
    file.startReading(Progress.NONE);
    file.tensor("matrix").data();
    Supplier<String> digest = file.digest();
    file.close();
    assertThat(opened).hasSize(1);
    assertThat(digest.get()).isEqualTo(digest.get());
    assertThat(opened).hasSize(2);
  }

  @Test
  void aFileThatHasChangedSinceHasNoDigest(@TempDir Path folder) throws IOException {
    Path path = Files.write(folder.resolve("m.gguf"), small().bytes());
    FileTime modified = Files.getLastModifiedTime(path);
    GgufFile file = GgufFile.open(path);
    Supplier<String> digest = file.digest();
    file.close();
    Files.write(path, new byte[] {0}, StandardOpenOption.APPEND);
    Files.setLastModifiedTime(path, modified);
    assertChanged(digest);
    Files.write(path, small().bytes());
    Files.setLastModifiedTime(path, FileTime.fromMillis(modified.toMillis() + 3000));
    assertChanged(digest);
    Files.delete(path);
    assertThatThrownBy(digest::get)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("m.gguf: file is missing");
    Files.write(path, small().bytes());
    Files.setLastModifiedTime(path, modified);
    assertThat(digest.get()).hasSize(64);
  }

  private static void assertChanged(Supplier<String> digest) {
    assertThatThrownBy(digest::get)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("m.gguf: file is changed since it was loaded");
  }
}
