package org.msrnn.core.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Metadata as a GGUF file would hold it, put together from another format's. */
final class GgufKeys {
  private final SequencedMap<String, Value> values = new LinkedHashMap<>();

  /** A text. */
  void text(String key, String value) {
    values.put(key, new Value.Text(value));
  }

  /** A whole number, u32. */
  void count(String key, long value) {
    values.put(key, new Value.Scalar(ScalarType.U32, value));
  }

  /** A number, f32: rounded as in a GGUF file. */
  void real(String key, double value) {
    values.put(
        key, new Value.Scalar(ScalarType.F32, Double.doubleToRawLongBits((double) (float) value)));
  }

  /** True or false. */
  void flag(String key, boolean value) {
    values.put(key, new Value.Scalar(ScalarType.BOOL, value ? 1 : 0));
  }

  /** An array of bools. */
  void flags(String key, List<Boolean> flags) {
    byte[] bytes = new byte[flags.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (flags.get(i) ? 1 : 0);
    }
    values.put(key, new Value.Scalars(ScalarType.BOOL, bytes));
  }

  /** An array of i32. */
  void integers(String key, List<Integer> numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    numbers.forEach(bytes::putInt);
    values.put(key, new Value.Scalars(ScalarType.I32, bytes.array()));
  }

  /** All of them, in the order in which they were put. */
  SequencedMap<String, Value> values() {
    return Collections.unmodifiableSequencedMap(values);
  }
}
