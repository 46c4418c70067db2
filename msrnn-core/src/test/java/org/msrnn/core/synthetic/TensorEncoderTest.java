package org.msrnn.core.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.backend.TensorType;

/** The encoders against ggml's own bytes, and against the decoders. */
class TensorEncoderTest {
  private static byte[] encoded(TensorType type, float... numbers) {
    byte[] bytes = new byte[(int) type.bytes(numbers.length)];
    TensorEncoder.encode(type, numbers, MemorySegment.ofArray(bytes));
    return bytes;
  }

  private static float[] roundTrip(TensorType type, float... numbers) {
    float[] decoded = new float[numbers.length];
    MemorySegment bytes = MemorySegment.ofArray(encoded(type, numbers));
    type.decode(bytes, 0, numbers.length, decoded, 0);
    return decoded;
  }

  /** What the package gguf of llama.cpp writes for the same 32 numbers. */
  @ParameterizedTest
  @CsvSource({
    "Q8_0, 0a1aad40d467fc9124b94be073089d30c457ec8114a93cd063f88d20b547dc6f0499",
    "Q4_0, fe29730c953fc851ea841da63fd962fb842e",
    "F16, ddb3fe311eb0de34fea13eb5bd2ebdb21d33fead6e35fe25aeb47e309eb11e347dabfeb57d2b1eb49e317eb0ae34fea56eb5fe2d1db3bd32bdae3e35fe21deb4",
    "BF16,"
        + " 7cbe403e04be9c3e40bca8bed83d58be643ec0bdae3ec03c96be103e34be843e70bdc0be703d84be343e10be963ec0bcaebec03d64be583ed8bda83e403c9cbe"
  })
  void writesTheBytesOfGgml(TensorType type, String hex) {
    float[] numbers = new float[32];
    for (int i = 0; i < 32; i++) {
      numbers[i] = ((i * 37 + 11) % 64 - 32) * 0.0117f;
    }

    assertThat(HexFormat.of().formatHex(encoded(type, numbers))).isEqualTo(hex);
  }

  @ParameterizedTest
  @FieldSource("org.msrnn.core.synthetic.TensorEncoder#TYPES")
  void errorsAreAtMostThoseOfTheFormat(TensorType type) {
    long seed = 20;
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      float gain = (float) Math.exp(random.nextGaussian() * 2);
      float[] numbers = new float[32];
      float most = 0;
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) random.nextGaussian() * gain;
        most = Math.max(most, Math.abs(numbers[i]));
      }
      float[] decoded = roundTrip(type, numbers);
      double worst = 0; // in units of what is allowed
      for (int i = 0; i < numbers.length; i++) {
        double error = Math.abs(decoded[i] - numbers[i]);
        worst = Math.max(worst, error / allowed(type, numbers[i], most));
      }
      assertThat(worst).as("seed %d, trial %d", seed, trial).isLessThanOrEqualTo(1);
    }
  }

  /** Half a step of the format; for Q4_0 a whole one where the range has no last number. */
  private static double allowed(TensorType type, float number, float most) {
    float half = 1f / 2048; // of a 16-bit float, as number or as scale
    return switch (type) {
      case F32 -> Double.MIN_VALUE;
      case F16 -> Math.abs(number) * half + 1e-7f;
      case BF16 -> Math.abs(number) / 256;
      case Q8_0 -> most * (0.5f / 127 + half) + 1e-6f * most;
      case Q4_0 -> most * ((most - Math.abs(number) < most / 16 ? 1f : 0.5f) / 8 + half) * 1.001f;
    };
  }

  @ParameterizedTest
  @FieldSource("org.msrnn.core.synthetic.TensorEncoder#TYPES")
  void zerosStayZeros(TensorType type) {
    for (float decoded : roundTrip(type, new float[64])) {
      assertThat(decoded == 0).isTrue(); // of either sign
    }
  }

  @Test
  void numbersOfTheGridAreExact() {
    float[] q8 = new float[32];
    float[] q4 = new float[32];
    for (int i = 0; i < 32; i++) {
      q8[i] = (127 - 8 * i) * 0.25f;
      q4[i] = (i % 16 - 8) * 0.5f;
    }

    assertThat(roundTrip(TensorType.Q8_0, q8)).isEqualTo(q8);
    assertThat(roundTrip(TensorType.Q4_0, q4)).isEqualTo(q4);
  }

  @Test
  void bfloatsRoundToTheNearestWithTiesToEven() {
    float below = Float.intBitsToFloat(0x3f80_7fff);
    float tieToEven = Float.intBitsToFloat(0x3f80_8000);
    float tieToOdd = Float.intBitsToFloat(0x3f81_8000);

    assertThat(roundTrip(TensorType.BF16, below, tieToEven, tieToOdd))
        .containsExactly(1f, 1f, Float.intBitsToFloat(0x3f82_0000));
  }

  @Test
  void typesAreNamedInAnyCase() {
    assertThat(TensorEncoder.type("q8_0")).isEqualTo(TensorType.Q8_0);
    assertThat(TensorEncoder.type(" bf16 ")).isEqualTo(TensorType.BF16);
    assertThatThrownBy(() -> TensorEncoder.type("q9"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage("type is 'q9', allowed is F32, F16, BF16, Q8_0, Q4_0");
  }
}
