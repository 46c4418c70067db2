package org.msrnn.core.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.StringJoiner;

/** A metadata value. {@code toString} is for people: short, and safe to print. */
sealed interface Value {
  /** How many elements of an array are shown. */
  int SHOWN = 8;

  /** Its type in words. */
  String type();

  /** A number, whole or not, of the given format. */
  record Scalar(ScalarType scalar, long bits) implements Value {
    @Override
    public String type() {
      return scalar.word();
    }

    @Override
    public String toString() {
      return scalar.text(bits);
    }
  }

  /** A text. */
  record Text(String text) implements Value {
    @Override
    public String type() {
      return "string";
    }

    @Override
    public String toString() {
      return Printable.of(text);
    }
  }

  /** An array of texts. */
  record Texts(List<String> texts) implements Value {
    @Override
    public String type() {
      return "array of string";
    }

    @Override
    public String toString() {
      var out = new StringJoiner(", ", "[", more(texts.size()));
      texts.stream().limit(SHOWN).forEach(text -> out.add("'" + Printable.of(text) + "'"));
      return out.toString();
    }
  }

  /** An array of arrays: kept to be shown, read by nobody. */
  record Nested(List<Value> values) implements Value {
    @Override
    public String type() {
      return "array of array";
    }

    @Override
    public String toString() {
      var out = new StringJoiner(", ", "[", more(values.size()));
      values.stream().limit(SHOWN).forEach(value -> out.add(value.toString()));
      return out.toString();
    }
  }

  /** An array of numbers, in the file's own little-endian bytes. */
  final class Scalars implements Value {
    private final ScalarType scalar;
    private final ByteBuffer data;

    Scalars(ScalarType scalar, byte[] data) {
      this.scalar = scalar;
      this.data = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    ScalarType scalar() {
      return scalar;
    }

    int size() {
      return data.capacity() / scalar.bytes();
    }

    long bits(int index) {
      return scalar.bits(data, index * scalar.bytes());
    }

    @Override
    public String type() {
      return "array of " + scalar.word();
    }

    @Override
    public String toString() {
      var out = new StringJoiner(", ", "[", more(size()));
      for (int i = 0; i < Math.min(size(), SHOWN); i++) {
        out.add(scalar.text(bits(i)));
      }
      return out.toString();
    }
  }

  private static String more(int size) {
    return size > SHOWN ? ", ... (" + size + ")]" : "]";
  }
}
