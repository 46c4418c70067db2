package org.msrnn.core.format;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.TensorType;

/**
 * Number formats of tensors that GGUF knows, with block sizes, so that a file's table can be
 * checked and shown even where msrnn cannot run the model. Ids that ggml gave up (4, 5, 31 to 33,
 * 36 to 38) are unknown.
 */
enum GgmlType {
  F32(0, TensorType.F32),
  F16(1, TensorType.F16),
  Q4_0(2, TensorType.Q4_0),
  Q4_1(3, TensorType.Q4_1),
  Q5_0(6, TensorType.Q5_0),
  Q5_1(7, TensorType.Q5_1),
  Q8_0(8, TensorType.Q8_0),
  Q8_1(9, 32, 36),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, TensorType.Q4_K),
  Q5_K(13, TensorType.Q5_K),
  Q6_K(14, TensorType.Q6_K),
  Q8_K(15, 256, 292),
  IQ2_XXS(16, 256, 66),
  IQ2_XS(17, 256, 74),
  IQ3_XXS(18, 256, 98),
  IQ1_S(19, 256, 50),
  IQ4_NL(20, 32, 18),
  IQ3_S(21, 256, 110),
  IQ2_S(22, 256, 82),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8),
  IQ1_M(29, 256, 56),
  BF16(30, TensorType.BF16),
  TQ1_0(34, 256, 54),
  TQ2_0(35, 256, 66),
  MXFP4(39, 32, 17),
  NVFP4(40, 64, 36);

  private final int id;
  private final int blockSize;
  private final int blockBytes;
  private final @Nullable TensorType type;

  GgmlType(int id, TensorType type) {
    this.id = id;
    this.blockSize = type.blockSize();
    this.blockBytes = type.blockBytes();
    this.type = type;
  }

  GgmlType(int id, int blockSize, int blockBytes) {
    this.id = id;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
    this.type = null;
  }

  /** What GGUF calls a number format. */
  static GgmlType of(TensorType type) {
    for (GgmlType each : values()) {
      if (each.type == type) {
        return each;
      }
    }
    throw new IllegalArgumentException(type + " has no id in GGUF");
  }

  /** The type of that id, or null where there is none. */
  static @Nullable GgmlType of(long id) {
    for (GgmlType type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    return null;
  }

  /** Its number in files. */
  int id() {
    return id;
  }

  /** Numbers in a block. */
  int blockSize() {
    return blockSize;
  }

  /** Bytes of a block. */
  int blockBytes() {
    return blockBytes;
  }

  /** What msrnn calls it, or null where msrnn does not read it. */
  @Nullable TensorType type() {
    return type;
  }
}
