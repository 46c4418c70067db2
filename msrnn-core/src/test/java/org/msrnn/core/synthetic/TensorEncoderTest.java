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
    "Q4_1, 172afeb5730c952ec851ea731da63fc862fb841d",
    "Q5_0, fe255aad546ae6083b5d80a2d5f72a4c7e91c4e6193b",
    "Q5_1, e525feb55aad546ae6083b5d80a2d5f72a4c7f91c4e6193b",
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
      float[] numbers = groups(random, Math.max(32, type.blockSize()));
      float[] decoded = roundTrip(type, numbers);
      float most = largest(numbers, 0, numbers.length);
      double worst = 0; // in units of what is allowed
      for (int i = 0; i < numbers.length; i++) {
        double error = Math.abs(decoded[i] - numbers[i]);
        worst = Math.max(worst, error / allowed(type, numbers, i, most));
      }
      assertThat(worst).as("seed %d, trial %d", seed, trial).isLessThanOrEqualTo(1);
    }
  }

  /** Groups of 16 numbers, each with a size and a mean of its own. */
  private static float[] groups(Random random, int count) {
    float[] numbers = new float[count];
    double all = Math.exp(random.nextGaussian() * 2);
    double gain = 0;
    double mean = 0;
    for (int i = 0; i < count; i++) {
      if (i % 16 == 0) {
        gain = all * Math.exp(random.nextGaussian());
        mean = random.nextInt(3) - 1;
      }
      numbers[i] = (float) ((random.nextGaussian() + mean) * gain);
    }
    return numbers;
  }

  private static float largest(float[] numbers, int from, int to) {
    float most = 0;
    for (int i = from; i < to; i++) {
      most = Math.max(most, Math.abs(numbers[i]));
    }
    return most;
  }

  /**
   * Half a step of the format, a whole one where the range lacks its last number; and what rounding
   * of scales and offsets adds.
   *
   * @param most the largest number of the block in size
   */
  private static double allowed(TensorType type, float[] numbers, int at, float most) {
    float half = 1f / 2048; // of a 16-bit float, as number or as scale
    float number = numbers[at];
    return switch (type) {
      case F32 -> Double.MIN_VALUE;
      case F16 -> Math.abs(number) * half + 1e-7f;
      case BF16 -> Math.abs(number) / 256;
      case Q8_0 -> most * (0.5f / 127 + half) + 1e-6f * most;
      case Q4_0 -> symmetric(number, most, most / 8) + most * half;
      case Q5_0 -> symmetric(number, most, most / 16) + most * half;
      case Q4_1 -> 0.5005 * range(numbers, 0) / 15 + 3 * most * half;
      case Q5_1 -> 0.5005 * range(numbers, 0) / 31 + 3 * most * half;
      case Q4_K -> 0.5005 * superBlock(numbers, at, most, 15);
      case Q5_K -> 0.5005 * superBlock(numbers, at, most, 31) + most * half / 16;
      case Q6_K -> {
        float group = largest(numbers, at & -16, (at & -16) + 16);
        yield symmetric(number, group, group / 32 + most / 32 / 127) + group * half;
      }
    };
  }

  private static double symmetric(float number, float most, float step) {
    return (most - Math.abs(number) < step / 2 ? 1.001 : 0.5005) * step;
  }

  private static float range(float[] numbers, int from) {
    float least = 0;
    float most = 0;
    for (int i = from; i < from + 32; i++) {
      least = Math.min(least, numbers[i]);
      most = Math.max(most, numbers[i]);
    }
    return most - least;
  }

  /** A step of a group: its range, and the rounding up of its offset and of its scale. */
  private static double superBlock(float[] numbers, int at, float most, int top) {
    double range = range(numbers, at & -32) + most / 63;
    return range / top + (2 + 1.0 / 63) * most / top / 63;
  }

  @ParameterizedTest
  @FieldSource("org.msrnn.core.synthetic.TensorEncoder#TYPES")
  void zerosStayZeros(TensorType type) {
    for (float decoded : roundTrip(type, new float[512])) {
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
        .hasMessage(
            "type is 'q9', allowed is F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0,"
                + " Q5_1, Q4_K, Q5_K, Q6_K");
  }
}
