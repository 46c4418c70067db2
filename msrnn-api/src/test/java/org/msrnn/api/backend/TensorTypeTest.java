package org.msrnn.api.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTypeTest {
  @Test
  void f32IsReadLittleEndianAndUnaligned() {
    byte[] bytes = {9, 0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0x80};

    float[] into = decode(TensorType.F32, MemorySegment.ofArray(bytes).asSlice(1), 0, 2);

    assertThat(into).containsExactly(1f, -0f);
    assertThat(Float.floatToRawIntBits(into[1])).isEqualTo(0x80000000);
  }

  @Test
  void f16KnowsDenormalsAndInfinities() {
    float[] into =
        decode(
            TensorType.F16,
            shorts(0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0xfc00, 0x8000),
            0,
            8);

    assertThat(into)
        .containsExactly(
            1f,
            -2f,
            0x1p-24f,
            1023 * 0x1p-24f,
            65504f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            -0f);
  }

  @Test
  void bf16IsTheUpperHalfOfAFloat() {
    assertThat(decode(TensorType.BF16, shorts(0x3f80, 0xbf80, 0x7f80, 0x0001, 0x4049), 0, 5))
        .containsExactly(1f, -1f, Float.POSITIVE_INFINITY, 0x1p-133f, 3.140625f);
  }

  @Test
  void q8IsScaleTimesSignedByte() {
    ByteBuffer block = ByteBuffer.allocate(2 * 34).order(ByteOrder.LITTLE_ENDIAN);
    for (int b = 0; b < 2; b++) {
      block.putShort((short) (b == 0 ? 0x3800 : 0xc000)); // 0.5 and -2
      for (int i = 0; i < 32; i++) {
        block.put((byte) (i == 31 ? -128 : i - 16));
      }
    }
    float[] into = decode(TensorType.Q8_0, MemorySegment.ofArray(block.array()), 0, 64);

    assertThat(into[0]).isEqualTo(-8f);
    assertThat(into[30]).isEqualTo(7f);
    assertThat(into[31]).isEqualTo(-64f);
    assertThat(into[32]).isEqualTo(32f);
    assertThat(into[63]).isEqualTo(256f);
  }

  @Test
  void q4HasItsFirstHalfInTheLowNibbles() {
    ByteBuffer block = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
    block.putShort((short) 0x4000); // 2
    for (int i = 0; i < 16; i++) {
      block.put((byte) ((15 - i) << 4 | i));
    }
    float[] into = decode(TensorType.Q4_0, MemorySegment.ofArray(block.array()), 0, 32);

    for (int i = 0; i < 16; i++) {
      assertThat(into[i]).isEqualTo(2f * (i - 8));
      assertThat(into[16 + i]).isEqualTo(2f * (7 - i));
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void decodingStartsAtAnyBlockAndTouchesNothingElse(TensorType type) {
    int size = type.blockSize();
    byte[] bytes = new byte[(int) type.bytes(5L * size)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 37 % 61);
    }
    MemorySegment data = MemorySegment.ofArray(bytes);
    float[] all = decode(type, data, 0, 5 * size);
    float[] part = new float[2 * size + 2];
    part[0] = 7.5f;
    part[part.length - 1] = -7.5f;
    type.decode(data, 3L * size, 2 * size, part, 1);

    assertThat(part[0]).isEqualTo(7.5f);
    assertThat(part[part.length - 1]).isEqualTo(-7.5f);
    for (int i = 0; i < 2 * size; i++) {
      assertThat(part[1 + i]).isEqualTo(all[3 * size + i]);
    }
    assertThatThrownBy(() -> decode(type, data, 4L * size, 2 * size))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void sizesThatDoNotFitALongAreRefused(TensorType type) {
    long blocks = Long.MAX_VALUE / type.blockSize();
    BigInteger exact = BigInteger.valueOf(blocks).multiply(BigInteger.valueOf(type.blockBytes()));

    assertThat(type.bytes(0)).isZero();
    assertThat(type.bytes(3L * type.blockSize())).isEqualTo(3L * type.blockBytes());
    if (exact.bitLength() < Long.SIZE) {
      assertThat(type.bytes(blocks * type.blockSize())).isEqualTo(exact.longValueExact());
    } else {
      assertThatThrownBy(() -> type.bytes(blocks * type.blockSize()))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void aTensorsBytesAreExactlyThoseOfItsShape() {
    MemorySegment data = MemorySegment.ofArray(new byte[34 * 3]);

    assertThat(new Tensor("w", TensorType.Q8_0, 3, 32, data).rows()).isEqualTo(3);
    for (int[] shape :
        new int[][] {{3, 33}, {3, 16}, {0, 32}, {3, 0}, {2, 32}, {4, 32}, {-3, -32}}) {
      assertThatThrownBy(() -> new Tensor("w", TensorType.Q8_0, shape[0], shape[1], data))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("w: ");
    }
  }

  @Test
  void aRowOfATensorIsDecodedWhereItBelongs() {
    ByteBuffer numbers = ByteBuffer.allocate(6 * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      numbers.putFloat(i);
    }
    Tensor tensor = new Tensor("w", TensorType.F32, 2, 3, MemorySegment.ofArray(numbers.array()));
    float[] into = {-1, -1, -1, -1, -1};
    tensor.decodeRow(1, into, 1);

    assertThat(into).containsExactly(-1, 3, 4, 5, -1);
  }

  private static float[] decode(TensorType type, MemorySegment data, long first, int count) {
    float[] into = new float[count];
    type.decode(data, first, count, into, 0);
    return into;
  }

  private static MemorySegment shorts(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      buffer.putShort((short) value);
    }
    return MemorySegment.ofArray(buffer.array());
  }
}
