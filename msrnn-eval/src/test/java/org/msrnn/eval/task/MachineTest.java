package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.core.synthetic.RandomModelFile;
import org.msrnn.eval.task.Machine.Setup;

class MachineTest {
  private static final SpecText SPEC =
      new SpecText("full", null, "stepwise", "original", "uniform", "f32", 1);

  @TempDir Path folder;

  @Test
  void theFileIsReadOnceMoreForResultsAlone() throws Exception {
    Path file = folder.resolve("m.gguf");
    Path away = folder.resolve("away");
    RandomModelFile.write(ModelShape.named("tiny"), TensorType.Q8_0, file, Progress.NONE);
    Catalog catalog = Catalog.discover(List.of());
    try (Backend backend = catalog.openBackend("auto:threads=1");
        Model model = Model.open(file, backend, Progress.NONE)) {
      var machine = new Machine(model, catalog, "test", "v");
      Files.move(file, away);
      List<Setup> setups =
          machine.setups(List.of("full", "tova", "tova"), List.of("9", "5", "9"), SPEC);
      assertThat(setups).extracting(Setup::state).containsExactly(null, 9, 5);
      assertThatThrownBy(setups.getLast()::settings)
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("m.gguf");
      Files.move(away, file);
      Settings settings = setups.getLast().settings();
      assertThat(settings.modelDigest()).hasSize(64).isEqualTo(model.msrnn().digest());
      assertThat(settings.policy()).isEqualTo(setups.getLast().policy()).startsWith("tova");
      assertThat(settings.state()).isEqualTo(5);
    }
  }
}
