package org.msrnn.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.format.GgufWriter;
import org.msrnn.core.format.TinyLlama;
import org.msrnn.core.reference.PlainBackend;

/** Files whose tensors have formats of their own, as those of llama.cpp have. */
class MixedTypesTest {
  private static final TensorType[] TYPES = {
    TensorType.Q5_1, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q8_0, TensorType.F16
  };

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theModelIsThatOfItsDecodedNumbers(boolean tied) {
    Random random = new Random(8);
    GgufWriter mixed = TinyLlama.writer(8, TensorType.F32);
    GgufWriter decoded = TinyLlama.writer(8, TensorType.F32);
    int turn = 0;
    for (String name : mixed.tensorNames()) {
      if (!name.contains("norm")) {
        matrix(random, TYPES[turn++ % TYPES.length], name, mixed, decoded);
      }
    }
    if (!tied) {
      matrix(random, TensorType.Q4_0, "output.weight", mixed, decoded);
    }

    assertThat(logits(mixed)).containsExactly(logits(decoded)).doesNotHaveDuplicates();
  }

  private static void matrix(
      Random random, TensorType type, String name, GgufWriter mixed, GgufWriter decoded) {
    int columns = name.contains("ffn_down") ? TinyLlama.FFN : TinyLlama.WIDTH;
    int rows = rows(name);
    byte[] data = TinyLlama.random(random, type, rows * columns);
    float[] numbers = new float[rows * columns];
    type.decode(MemorySegment.ofArray(data), 0, numbers.length, numbers, 0);
    mixed.tensor(name, type, data, columns, rows);
    decoded.tensor(name, TensorType.F32, GgufWriter.f32(numbers), columns, rows);
  }

  private static int rows(String name) {
    if (name.startsWith("token_embd") || name.startsWith("output")) {
      return TinyLlama.VOCABULARY;
    }
    if (name.contains("attn_k") || name.contains("attn_v")) {
      return TinyLlama.KV_HEADS * TinyLlama.HEAD_SIZE;
    }
    return name.contains("gate") || name.contains("up") ? TinyLlama.FFN : TinyLlama.WIDTH;
  }

  private float[] logits(GgufWriter writer) {
    try (PlainBackend backend = new PlainBackend();
        Model model = Model.open(writer.write(folder), backend, Progress.NONE);
        var state = model.msrnn().start(StateSpec.of(new TestPolicies.Full(), 64))) {
      float[] logits = new float[TinyLlama.VOCABULARY];
      model.msrnn().feed(state, new int[] {1, 200, 7}, LogitsSink.last(3, logits));
      return logits;
    }
  }
}
