package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;

/** The file of a saved text, byte by byte, on a tiny random model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SavedTextTest {
  private static final SpecText SPEC = new SpecText("tova", "3", "stepwise", null, null, "f32", -7);

  private Backend backend;
  private Machine machine;
  private Path file;
  private byte[] good;

  @BeforeAll
  void save(@TempDir Path folder) throws IOException {
    Catalog catalog = Catalog.discover(List.of());
    backend = catalog.openBackend("plain");
    Model model = Model.random(ModelShape.named("tiny"), TensorType.Q8_0, backend, Progress.NONE);
    machine = new Machine(model, catalog, "test", "v");
    file = folder.resolve("saved");
    var msrnn = model.msrnn();
    float[] logits = new float[msrnn.model().vocabulary()];
    try (MultiState state = msrnn.start(machine.setup(SPEC).spec())) {
      msrnn.feed(state, new int[] {1, 2, 3, 4, 5}, LogitsSink.last(5, logits));
      new SavedText(SPEC, new int[] {4, 5}, logits).write(file, state);
    }
    good = Files.readAllBytes(file);
  }

  @AfterAll
  void close() {
    machine.model().close();
    backend.close();
  }

  private void load(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    SavedText saved = SavedText.read(file);
    SavedText.readState(file, machine, machine.setup(saved.spec())).close();
  }

  @Test
  void whatWasSavedIsRead() throws IOException {
    Files.write(file, good);
    SavedText saved = SavedText.read(file);

    assertThat(saved.spec()).isEqualTo(SPEC);
    assertThat(saved.recent()).containsExactly(4, 5);
    assertThat(saved.logits()).hasSize(machine.model().info().vocabulary());
    try (MultiState state = SavedText.readState(file, machine, machine.setup(saved.spec()))) {
      assertThat(state.tokens()).isEqualTo(5);
      assertThat(state.states()).isEqualTo(3);
    }
  }

  /** Every byte of the first 600 and of the last 600, and one in 61 of those between. */
  private int[] places() {
    return java.util.stream.IntStream.range(0, good.length)
        .filter(i -> i < 600 || i >= good.length - 600 || i % 61 == 0)
        .toArray();
  }

  @Test
  void everyPrefixIsRefusedInASentenceThatNamesTheFile() {
    for (int length : places()) {
      assertThatThrownBy(() -> load(Arrays.copyOf(good, length)))
          .as("%d of %d bytes", length, good.length)
          .isInstanceOf(MsrnnException.class)
          .hasMessageStartingWith(file.toString());
    }
  }

  @Test
  void everyFlippedByteIsRefusedInASentenceThatNamesTheFile() {
    for (int at : places()) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << at % 8);
      assertThatThrownBy(() -> load(bad))
          .as("byte %d of %d", at, good.length)
          .isInstanceOf(MsrnnException.class)
          .hasMessageStartingWith(file.toString());
    }
  }

  @Test
  void bytesAfterTheEndAreRefused() {
    assertThatThrownBy(() -> load(Arrays.copyOf(good, good.length + 1)))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("does not end where");
  }

  @Test
  void aCountThatLiesTakesNoMemory() {
    assertThatThrownBy(() -> load(start(1 << 16))).hasMessageContaining("ends too early");
    assertThatThrownBy(() -> load(start(1 << 30))).hasMessageContaining("text length cannot be");
  }

  private static byte[] start(int textLength) {
    return ByteBuffer.allocate(12).putLong(0x4d53524e4e545801L).putInt(textLength).array();
  }
}
