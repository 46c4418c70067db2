package org.msrnn.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;
import org.msrnn.core.format.Damage;
import org.msrnn.core.format.TestFiles;
import org.msrnn.core.format.TinyLlama;

class DamagedModelsTest {
  private static final int FILES = 20_000;

  @Test
  void damageIsNamedOrHarmless() {
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    var damage = new Damage(TinyLlama.writer(1, TensorType.Q8_0));
    int accepted = 0;
    int foreign = 0;
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = damage.damaged(new Random(seed + i));
      try {
        use(bytes);
        accepted++;
      } catch (UnsupportedModelException e) {
        assertThat(e.getMessage()).as("seed %d", seed + i).startsWith("in-memory.gguf");
        foreign++;
      } catch (ModelFileException e) {
        assertThat(e.getMessage()).as("seed %d", seed + i).startsWith("in-memory.gguf");
        assertThat(e.field()).as("seed %d", seed + i).isNotEmpty();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("-Dmsrnn.seed=" + (seed + i) + " shows it", e);
      }
    }
    assertThat(accepted).as("seed %d: some damage must be harmless", seed).isPositive();
    assertThat(foreign).as("seed %d: some damage makes another model", seed).isPositive();
    assertThat(accepted).as("seed %d: most damage must be seen", seed).isLessThan(FILES / 2);
  }

  private static void use(byte[] bytes) {
    ModelReader.inspect(TestFiles.open(bytes));
    try (LoadedModel loaded = ModelReader.read(TestFiles.open(bytes), Progress.NONE)) {
      loaded.tokenizer().encode("the end\n");
      DecoderModel model = loaded.model();
      touch(model.embedding());
      touch(model.output());
      touch(model.outputNorm());
      for (DecoderModel.Layer layer : model.layers()) {
        touch(layer.attention().query().weights());
        touch(layer.feedForward().down());
      }
    }
  }

  private static void touch(Tensor tensor) {
    float[] row = new float[tensor.columns()];
    tensor.decodeRow(0, row, 0);
    tensor.decodeRow(tensor.rows() - 1, row, 0);
  }
}
