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

  @Test
  void q41AddsAnOffset() {
    byte[] block = block(20, 0x4000, 0xc500); // 2 and -5
    block[4] = (byte) 0xf1;
    block[19] = 0x2e;

    float[] into = decode(TensorType.Q4_1, MemorySegment.ofArray(block), 0, 32);

    assertThat(into[0]).isEqualTo(2f * 1 - 5);
    assertThat(into[16]).isEqualTo(2f * 15 - 5);
    assertThat(into[15]).isEqualTo(2f * 14 - 5);
    assertThat(into[31]).isEqualTo(2f * 2 - 5);
    assertThat(into[1]).isEqualTo(-5f);
  }

  /** Fifth bits of numbers 0, 8, 15, 16 and 31. */
  private static final byte[] FIFTHS = {0x01, (byte) 0x81, 0x01, (byte) 0x80};

  @Test
  void q5HasItsFifthBitsInAWord() {
    byte[] block = block(22, 0x3800); // 0.5
    System.arraycopy(FIFTHS, 0, block, 2, 4);
    block[6] = (byte) 0xf3; // numbers 0 and 16
    block[21] = (byte) 0x9a; // numbers 15 and 31

    float[] into = decode(TensorType.Q5_0, MemorySegment.ofArray(block), 0, 32);

    assertThat(into[0]).isEqualTo(0.5f * (19 - 16));
    assertThat(into[16]).isEqualTo(0.5f * (31 - 16));
    assertThat(into[15]).isEqualTo(0.5f * (26 - 16));
    assertThat(into[31]).isEqualTo(0.5f * (25 - 16));
    assertThat(into[8]).isEqualTo(0.5f * (16 - 16));
    assertThat(into[1]).isEqualTo(0.5f * -16);
  }

  @Test
  void q51AddsAnOffset() {
    byte[] block = block(24, 0x3800, 0x4200); // 0.5 and 3
    System.arraycopy(FIFTHS, 0, block, 4, 4);
    block[8] = (byte) 0xf3;
    block[23] = (byte) 0x9a;

    float[] into = decode(TensorType.Q5_1, MemorySegment.ofArray(block), 0, 32);

    assertThat(into[0]).isEqualTo(0.5f * 19 + 3);
    assertThat(into[16]).isEqualTo(0.5f * 31 + 3);
    assertThat(into[15]).isEqualTo(0.5f * 26 + 3);
    assertThat(into[31]).isEqualTo(0.5f * 25 + 3);
    assertThat(into[8]).isEqualTo(0.5f * 16 + 3);
    assertThat(into[1]).isEqualTo(3f);
  }

  /** Scales 1, 2, 62, 63, 5, 21, 42, 63 and offsets 63, 4, 3, 2, 50, 33, 18, 0, six bits each. */
  private static final String[] SIXES = {
    "00_000001", "01_000010", "10_111110", "11_111111", // tops of scales 4 to 7; scales 0 to 3
    "11_111111", "10_000100", "01_000011", "00_000010", // tops of offsets; offsets 0 to 3
    "0010_0101", "0001_0101", "0010_1010", "0000_1111" // low bits of offsets and scales 4 to 7
  };

  private static final int[] SCALES = {1, 2, 62, 63, 5, 21, 42, 63};
  private static final int[] OFFSETS = {63, 4, 3, 2, 50, 33, 18, 0};

  private static void sixes(byte[] block) {
    for (int i = 0; i < SIXES.length; i++) {
      block[4 + i] = (byte) Integer.parseInt(SIXES[i].replace("_", ""), 2);
    }
  }

  @Test
  void q4kHasScalesAndOffsetsOfSixBits() {
    byte[] block = block(144, 0x3400, 0x3c00); // 0.25 and 1
    sixes(block);
    int[] last = {9, 15, 0, 7, 12, 3, 8, 1}; // codes of the last number of each group
    block[16 + 31] = (byte) 0xf9;
    block[16 + 63] = 0x70;
    block[16 + 95] = 0x3c;
    block[16 + 127] = 0x18;

    float[] into = decode(TensorType.Q4_K, MemorySegment.ofArray(block), 0, 256);

    for (int g = 0; g < 8; g++) {
      assertThat(into[32 * g]).as("group %d", g).isEqualTo(-OFFSETS[g]);
      assertThat(into[32 * g + 31])
          .as("group %d", g)
          .isEqualTo(0.25f * SCALES[g] * last[g] - OFFSETS[g]);
    }
  }

  @Test
  void q5kHasABitOfEachGroupInAByte() {
    byte[] block = block(176, 0x3400, 0x3c00); // 0.25 and 1
    sixes(block);
    int[] last = {9 + 16, 15, 0, 7 + 16, 12, 3 + 16, 8 + 16, 1};
    block[16 + 31] = 0b0110_1001;
    block[48 + 31] = (byte) 0xf9;
    block[48 + 63] = 0x70;
    block[48 + 95] = 0x3c;
    block[48 + 127] = 0x18;

    float[] into = decode(TensorType.Q5_K, MemorySegment.ofArray(block), 0, 256);

    for (int g = 0; g < 8; g++) {
      assertThat(into[32 * g]).as("group %d", g).isEqualTo(-OFFSETS[g]);
      assertThat(into[32 * g + 31])
          .as("group %d", g)
          .isEqualTo(0.25f * SCALES[g] * last[g] - OFFSETS[g]);
    }
  }

  @Test
  void q6kHasAScaleForSixteenNumbers() {
    byte[] block = new byte[210];
    block[208] = 0;
    block[209] = 0x38; // 0.5
    for (int g = 0; g < 16; g++) {
      block[192 + g] = (byte) (g % 2 == 0 ? g + 1 : -8 * (g + 1)); // the last one is -128
    }
    // numbers 5, 37, 69 and 101 of the second half: 63, 32, 17 and 46
    block[64 + 5] = 0x1f; // of 5 and 69, low bits
    block[64 + 37] = (byte) 0xe0; // of 37 and 101
    block[128 + 32 + 5] = (byte) 0b10_01_10_11; // high bits of 101, 69, 37, 5
    block[31] = 0x40; // of 31 and 95 of the first half: 0 and 4
    block[128 + 31] = 0b00_01_00_00; // of 95: 20

    float[] into = decode(TensorType.Q6_K, MemorySegment.ofArray(block), 0, 256);

    assertThat(into[128 + 5]).isEqualTo(0.5f * 9 * 31);
    assertThat(into[128 + 37]).isEqualTo(0);
    assertThat(into[128 + 69]).isEqualTo(0.5f * 13 * (17 - 32));
    assertThat(into[128 + 101]).isEqualTo(0.5f * 15 * (46 - 32));
    assertThat(into[31]).isEqualTo(0.5f * -16 * -32);
    assertThat(into[95]).isEqualTo(0.5f * -48 * (20 - 32));
    assertThat(into[255]).isEqualTo(0.5f * -128 * -32);
    assertThat(into[0]).isEqualTo(0.5f * -32);
  }

  /** A block that begins with some 16-bit numbers. */
  private static byte[] block(int bytes, int... halves) {
    byte[] block = new byte[bytes];
    for (int i = 0; i < halves.length; i++) {
      block[2 * i] = (byte) halves[i];
      block[2 * i + 1] = (byte) (halves[i] >> 8);
    }
    return block;
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

  @Test
  void partsAreAllRowsInOrder() {
    int columns = 3 << 14; // of 4 bytes: 21 rows have 4 MiB, and no part has fewer than 64
    Tensor.Source source = (first, count) -> MemorySegment.ofArray(new int[count * columns]);
    Tensor tensor = new Tensor("w", TensorType.F32, 150, columns, source);

    assertThat(tensor.parts()).extracting(Tensor::rows).containsExactly(64, 64, 22);
    assertThat(tensor.parts().get(2).data().byteSize()).isEqualTo(22L * columns * 4);
    assertThat(Tensor.partRows(TensorType.Q8_0, 1 << 20, 2048)).isEqualTo(1920);
    assertThat(Tensor.partRows(TensorType.F32, 3, 5)).isEqualTo(3);
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
