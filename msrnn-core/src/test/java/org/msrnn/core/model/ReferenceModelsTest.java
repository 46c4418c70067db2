package org.msrnn.core.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.backend.Tensor;
import org.msrnn.core.Progress;
import org.msrnn.core.format.Json;
import org.msrnn.core.format.TestFiles;

/** The same weights as GGUF and as safetensors, whose rows are in the half-split order already. */
class ReferenceModelsTest {
  @ParameterizedTest
  @CsvSource({
    "bookworm-F32.gguf, hf, 0",
    "bookworm-F16.gguf, hf, 0.0005",
    "bookworm-Q8_0.gguf, hf, 0.005",
    "stories260K/stories260K-F32.gguf, stories260K/hf, 0"
  })
  void allWeightsAreThoseOfTheSafetensors(String gguf, String folder, double tolerance)
      throws IOException {
    Path models = TestFiles.shared("models");
    var reference = new Safetensors(models.resolve(folder).resolve("model.safetensors"));
    try (LoadedModel loaded = ModelReader.read(models.resolve(gguf), Progress.NONE)) {
      DecoderModel model = loaded.model();
      reference.check(model.embedding(), "model.embed_tokens.weight", tolerance);
      reference.check(model.outputNorm(), "model.norm.weight", tolerance);
      for (int l = 0; l < model.info().layers(); l++) {
        DecoderModel.Layer layer = model.layers().get(l);
        String name = "model.layers." + l + ".";
        reference.check(
            requireNonNull(layer.attention().norm()), name + "input_layernorm.weight", tolerance);
        reference.check(
            layer.attention().query().weights(), name + "self_attn.q_proj.weight", tolerance);
        reference.check(
            layer.attention().key().weights(), name + "self_attn.k_proj.weight", tolerance);
        reference.check(
            layer.attention().value().weights(), name + "self_attn.v_proj.weight", tolerance);
        reference.check(
            layer.attention().output().weights(), name + "self_attn.o_proj.weight", tolerance);
        reference.check(
            requireNonNull(layer.feedForward().norm()),
            name + "post_attention_layernorm.weight",
            tolerance);
        reference.check(layer.feedForward().gate(), name + "mlp.gate_proj.weight", tolerance);
        reference.check(layer.feedForward().up(), name + "mlp.up_proj.weight", tolerance);
        reference.check(layer.feedForward().down(), name + "mlp.down_proj.weight", tolerance);
      }
    }
  }

  @Test
  void inspectionShowsWhatIsInTheFile() {
    Inspection inspection = ModelReader.inspect(TestFiles.shared("models/bookworm-Q8_0.gguf"));
    assertThat(inspection.problems()).isEmpty();
    assertThat(inspection.model().orElseThrow().kvHeads()).isEqualTo(3);
    assertThat(inspection.metadata()).hasSize(25);
    assertThat(inspection.tensors()).hasSize(56);
    assertThat(inspection.format()).isEqualTo("GGUF 3");
    assertThat(inspection.tensors().getFirst().shape()).containsExactly(4096L, 192L);
  }

  /** As little of the format as these files need: float32 tensors. */
  private static final class Safetensors {
    private final ByteBuffer data;
    private final Json header;
    private final int start;

    Safetensors(Path path) throws IOException {
      data = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
      int length = Math.toIntExact(data.getLong(0));
      byte[] json = new byte[length];
      data.get(8, json);
      header = Json.parse(new String(json, StandardCharsets.UTF_8));
      start = 8 + length;
    }

    /** Holds every number against the reference, relative to the largest of its row. */
    void check(Tensor tensor, String name, double tolerance) {
      int offset = start + header.get(name).get("data_offsets").ints()[0];
      float[] row = new float[tensor.columns()];
      for (int r = 0; r < tensor.rows(); r++) {
        tensor.decodeRow(r, row, 0);
        float largest = 0;
        double worst = 0;
        for (int c = 0; c < row.length; c++, offset += Float.BYTES) {
          float expected = data.getFloat(offset);
          largest = Math.max(largest, Math.abs(expected));
          worst = Math.max(worst, Math.abs(expected - row[c]));
        }
        assertThat(worst).as("%s, row %d", name, r).isLessThanOrEqualTo(tolerance * largest);
      }
    }
  }
}
