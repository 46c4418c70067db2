package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One tiny model of each family and kind of RoPE, against logits that Transformers computed. */
class GoldenModelsTest {
  private static final double CLEAR_MARGIN = 1e-3;

  private final Catalog catalog = Catalog.discover(List.of());

  static Stream<Arguments> models() {
    return Stream.of(
            "gemma2",
            "gemma3",
            "granite",
            "llama",
            "llama-tied-mha",
            "llama-yarn",
            "llama3-rope",
            "mistral",
            "mistral-swa",
            "olmo2",
            "phi3",
            "qwen2",
            "qwen3",
            "smollm3")
        .flatMap(
            name ->
                Stream.of(
                    Arguments.of(name, "plain", 2e-4),
                    Arguments.of(name, "cpu", 1e-3),
                    Arguments.of(name, "opencl", 1e-3)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("models")
  void logitsAreThoseOfTheReference(String name, String backend, double tolerance)
      throws IOException {
    Path folder = SharedFiles.file("golden").resolve(name);
    Expected expected = Expected.read(folder.resolve("expected.safetensors"));
    try (Backend opened = OpenCl.open(catalog, backend);
        Model model = Model.open(folder, opened, Progress.NONE)) {
      StateSpec spec = StateSpec.of(catalog.policy(PolicySpec.parse("full")), 1);
      try (MultiState fed = model.msrnn().start(spec);
          MultiState stepped = model.msrnn().start(spec)) {
        float[][] logits = new float[expected.tokens.length][];
        model.msrnn().feed(fed, expected.tokens, (i, row) -> logits[i] = row.clone());
        float[] step = new float[model.info().vocabulary()];
        for (int t = 0; t < expected.tokens.length; t++) {
          expected.check(t, logits[t], tolerance, "fed");
          model.msrnn().step(stepped, expected.tokens[t], step);
          expected.check(t, step, tolerance, "stepped");
        }
      }
    }
  }

  /** Token ids, and the logits that follow each. */
  private record Expected(int[] tokens, float[][] logits) {
    static Expected read(Path file) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      byte[] header = new byte[(int) bytes.getLong()];
      bytes.get(header);
      ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
      JsonNode json = JsonMapper.shared().readTree(header);
      int[] tokens = new int[json.at("/tokens/shape/0").asInt()];
      part(json, "tokens", data).asIntBuffer().get(tokens);
      float[][] logits = new float[tokens.length][json.at("/logits/shape/1").asInt()];
      var numbers = part(json, "logits", data).asFloatBuffer();
      for (float[] row : logits) {
        numbers.get(row);
      }
      return new Expected(tokens, logits);
    }

    private static ByteBuffer part(JsonNode json, String name, ByteBuffer data) {
      JsonNode offsets = json.get(name).get("data_offsets");
      int from = offsets.get(0).asInt();
      return data.slice(from, offsets.get(1).asInt() - from).order(ByteOrder.LITTLE_ENDIAN);
    }

    void check(int token, float[] found, double tolerance, String how) {
      float[] row = logits[token];
      assertThat(found).hasSameSizeAs(row);
      int best = 0;
      int second = 1;
      for (int i = 0; i < row.length; i++) {
        assertThat(Math.abs(found[i] - row[i]))
            .as("%s, token %d, logit %d: %s for %s", how, token, i, found[i], row[i])
            .isLessThanOrEqualTo((float) tolerance);
        if (row[i] > row[best]) {
          second = best;
          best = i;
        } else if (i != best && row[i] > row[second]) {
          second = i;
        }
      }
      if (row[best] - row[second] > CLEAR_MARGIN) {
        for (float logit : found) {
          assertThat(logit).as("%s, token %d", how, token).isLessThanOrEqualTo(found[best]);
        }
      }
    }
  }
}
