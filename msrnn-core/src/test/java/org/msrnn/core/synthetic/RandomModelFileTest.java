package org.msrnn.core.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.format.GgufFile;
import org.msrnn.core.format.TensorEntry;
import org.msrnn.core.reference.PlainBackend;

class RandomModelFileTest {
  @TempDir Path folder;

  private static ModelShape shape(boolean tied) {
    return new ModelShape("any", 1, 256, 4, 2, 512, 300, 64, 10_000, tied);
  }

  @ParameterizedTest
  @FieldSource("org.msrnn.core.synthetic.TensorEncoder#TYPES")
  void theFileHasTheTensorsOfTheModel(TensorType type) {
    ModelShape shape = shape(type == TensorType.Q4_K);
    Path file = folder.resolve("model.gguf");
    var told = new ArrayList<List<Long>>();
    RandomModelFile.write(shape, type, file, (done, total) -> told.add(List.of(done, total)));

    assertThat(told).hasSameSizeAs(shape.tensors(type)).allMatch(t -> t.get(0) <= t.get(1));
    assertThat(told.getLast()).containsOnly(told.getLast().getFirst());
    try (RandomModel model = new RandomModel(shape, type);
        GgufFile read = GgufFile.open(file)) {
      read.startReading(Progress.NONE);
      for (TensorEntry entry : shape.tensors(type)) {
        Tensor found = read.tensor(entry.name());
        assertThat(found.type()).isEqualTo(entry.type());
        assertThat(found.columns()).isEqualTo((int) entry.columns());
        assertThat(found.data().mismatch(model.tensor(entry.name()).data())).isEqualTo(-1);
      }
    }
  }

  @Test
  void theFileIsAModelWithATokenizer() {
    Path file = folder.resolve("model.gguf");
    RandomModelFile.write(shape(false), TensorType.Q4_K, file, Progress.NONE);

    try (PlainBackend backend = new PlainBackend();
        Model model = Model.open(file, backend, Progress.NONE);
        var state = model.msrnn().start(StateSpec.of(new TestPolicies.Full(), 64))) {
      int[] tokens = model.tokenizer().encode("then");
      float[] logits = new float[300];
      model.msrnn().feed(state, tokens, LogitsSink.last(tokens.length, logits));

      assertThat(tokens).containsExactly(256, tokens[1], tokens[2]);
      assertThat(Arrays.copyOf(logits, 256)).doesNotHaveDuplicates();
    }
  }

  @Test
  void aFileThatIsThereStays() throws IOException {
    Path file = Files.writeString(folder.resolve("model.gguf"), "mine");

    assertThatThrownBy(
            () -> RandomModelFile.write(shape(true), TensorType.Q8_0, file, Progress.NONE))
        .isInstanceOf(MsrnnException.class)
        .hasMessage(file + " is there already: name a new file");
    assertThat(file).hasContent("mine");
  }

  @Test
  void nothingIsLeftOfAFileThatCouldNotBeFinished() {
    Path file = folder.resolve("model.gguf");

    assertThatThrownBy(
            () ->
                RandomModelFile.write(
                    shape(true),
                    TensorType.Q8_0,
                    file,
                    (done, total) -> {
                      throw new IllegalStateException("enough");
                    }))
        .hasMessage("enough");
    assertThat(file).doesNotExist();
  }
}
