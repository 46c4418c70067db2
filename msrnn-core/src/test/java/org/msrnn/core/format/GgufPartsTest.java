package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

class GgufPartsTest {
  private static final int PARTS = 3;

  @TempDir Path folder;

  private static GgufWriter part(int number) {
    return new GgufWriter()
        .put("general.architecture", number == 0 ? "llama" : "part")
        .put("split.no", (short) number)
        .put("split.count", (short) PARTS)
        .put("split.tensors.count", PARTS)
        .tensor("t" + number, TensorType.F32, GgufWriter.f32(number, 2 * number), 2);
  }

  private Path write(int number, GgufWriter writer) throws IOException {
    return Files.write(
        folder.resolve("model-0000%d-of-00003.gguf".formatted(number + 1)), writer.bytes());
  }

  private void writeAll() throws IOException {
    for (int number = 0; number < PARTS; number++) {
      write(number, part(number));
    }
  }

  @Test
  void anyPartOpensThemAll() throws Exception {
    writeAll();
    var content = new ByteArrayOutputStream();
    for (int number = 0; number < PARTS; number++) {
      content.writeBytes(part(number).bytes());
    }
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content.toByteArray());
    for (int opened = 0; opened < PARTS; opened++) {
      try (ModelFile file = ModelFile.open(write(opened, part(opened)))) {
        assertThat(file.metadata().string("general.architecture")).isEqualTo("llama");
        assertThat(file.tensorNames()).containsExactly("t0", "t1", "t2");
        assertThat(file.fileBytes()).isEqualTo(content.size());
        file.startReading(Progress.NONE);
        assertThat(GgufCopy.numbers(file.tensor("t2"))).containsExactly(2, 4);
        assertThat(GgufCopy.numbers(file.tensor("t1"))).containsExactly(1, 2);
        assertThat(file.digest().get()).isEqualTo(HexFormat.of().formatHex(sha256));
      }
    }
  }

  private void refused(Path path, String message) {
    assertThatThrownBy(() -> GgufFile.open(path).close())
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void missingDoubledAndForeignPartsAreNamed() throws IOException {
    writeAll();
    Path first = write(0, part(0));
    Files.delete(folder.resolve("model-00002-of-00003.gguf"));
    refused(first, "model-00002-of-00003.gguf: file is missing");
    Path second = write(1, part(2));
    refused(first, "model-00002-of-00003.gguf: split.no is 2");
    refused(second, "file name is model-00002-of-00003.gguf, allowed is model-00003-of-00003.gguf");
    write(1, part(1).put("split.count", (short) 4));
    refused(first, "split.count is 4");
    write(1, part(1).remove("split.count"));
    refused(first, "split.count is missing");
    write(1, part(1).tensor("t0", TensorType.F32, GgufWriter.f32(1), 1));
    refused(first, "t0 is here and in model-00001-of-00003.gguf");
    write(1, part(1).put("split.tensors.count", 4));
    refused(first, "split.tensors.count is 4 (u32), allowed is a whole number from 3 to 3");
    write(1, part(1).removeTensor("t1"));
    refused(first, "split.tensors.count is 3");
    Path renamed = Files.copy(first, folder.resolve("other.gguf"));
    refused(renamed, "file name is other.gguf, allowed is NAME-00001-of-00003.gguf");
    write(1, part(1));
    GgufFile.open(first).close();
  }
}
