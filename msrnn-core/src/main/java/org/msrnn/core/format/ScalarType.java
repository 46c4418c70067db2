package org.msrnn.core.format;

import java.nio.ByteBuffer;

/**
 * Number formats of metadata. A value travels as 64 bits: whole numbers extended, reals as double.
 */
enum ScalarType {
  U8("u8", 1, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.get(at) & 0xffL;
    }
  },
  I8("i8", 1, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.get(at);
    }
  },
  U16("u16", 2, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.getShort(at) & 0xffffL;
    }
  },
  I16("i16", 2, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.getShort(at);
    }
  },
  U32("u32", 4, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.getInt(at) & 0xffffffffL;
    }
  },
  I32("i32", 4, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.getInt(at);
    }
  },
  F32("f32", 4, false) {
    @Override
    long bits(ByteBuffer data, int at) {
      return Double.doubleToRawLongBits(data.getFloat(at));
    }
  },
  BOOL("bool", 1, false) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.get(at) & 0xffL;
    }
  },
  U64("u64", 8, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.getLong(at);
    }
  },
  I64("i64", 8, true) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.getLong(at);
    }
  },
  F64("f64", 8, false) {
    @Override
    long bits(ByteBuffer data, int at) {
      return data.getLong(at);
    }
  };

  private final String word;
  private final int bytes;
  private final boolean whole;

  ScalarType(String word, int bytes, boolean whole) {
    this.word = word;
    this.bytes = bytes;
    this.whole = whole;
  }

  /** The value whose bytes start at {@code at} of little-endian data. */
  abstract long bits(ByteBuffer data, int at);

  String word() {
    return word;
  }

  int bytes() {
    return bytes;
  }

  /** Whether its values are whole numbers. */
  boolean whole() {
    return whole;
  }

  /** Whether the bits are a whole number too large for a long. */
  boolean beyondLong(long bits) {
    return this == U64 && bits < 0;
  }

  /** The value as a double, for whole numbers and reals. */
  double real(long bits) {
    if (!whole) {
      return Double.longBitsToDouble(bits);
    }
    return beyondLong(bits) ? (bits >>> 1) * 2.0 : bits;
  }

  /** The value in decimal. */
  String text(long bits) {
    return switch (this) {
      case BOOL -> bits == 1 ? "true" : "false";
      case U64 -> Long.toUnsignedString(bits);
      case F32 -> Float.toString((float) Double.longBitsToDouble(bits));
      case F64 -> Double.toString(Double.longBitsToDouble(bits));
      default -> Long.toString(bits);
    };
  }
}
