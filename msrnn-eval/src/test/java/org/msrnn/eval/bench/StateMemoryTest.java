package org.msrnn.eval.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.KvType;

class StateMemoryTest {
  private static ModelInfo model(List<Integer> windows) {
    return new ModelInfo("m", "llama", 3, 64, 4, 2, 16, 96, 100, 512, windows);
  }

  @Test
  void aLayerWithASlidingWindowHoldsNoMoreThanThat() {
    long state = 2L * 2 * 16 * Float.BYTES; // key and value of two heads in one layer
    assertThat(StateMemory.bytes(model(List.of()), KvType.F32, 128)).isEqualTo(3 * 128 * state);
    assertThat(StateMemory.bytes(model(List.of(32, 0, 200)), KvType.F32, 128))
        .isEqualTo((32 + 128 + 128) * state);
    assertThat(StateMemory.bytes(model(List.of(32, 0, 200)), KvType.F16, 16))
        .isEqualTo(3 * 16 * state / 2);
  }
}
