package org.msrnn.core.format;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.TensorType;

/** Number formats of safetensors files, by the names that they have there. */
enum SafetensorsType {
  F32(4, TensorType.F32),
  F16(2, TensorType.F16),
  BF16(2, TensorType.BF16),
  F64(8, null),
  F8_E5M2(1, null),
  F8_E4M3(1, null),
  F8_E8M0(1, null),
  BOOL(1, null),
  U8(1, null),
  I8(1, null),
  U16(2, null),
  I16(2, null),
  U32(4, null),
  I32(4, null),
  U64(8, null),
  I64(8, null),
  C64(8, null);

  private final int bytes;
  private final @Nullable TensorType type;

  SafetensorsType(int bytes, @Nullable TensorType type) {
    this.bytes = bytes;
    this.type = type;
  }

  /** The type of that name, or null where there is none. */
  static @Nullable SafetensorsType of(String name) {
    for (SafetensorsType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  /** Bytes of a number. */
  int bytes() {
    return bytes;
  }

  /** What msrnn calls it, or null where msrnn does not read it. */
  @Nullable TensorType type() {
    return type;
  }
}
