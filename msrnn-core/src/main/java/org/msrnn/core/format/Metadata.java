package org.msrnn.core.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;

/**
 * What a model file says about itself: keys with typed values. Every accessor states what it
 * allows, and fails with a {@link ModelFileException} that names the key. Immutable.
 */
public final class Metadata {
  private final Path file;
  private final SequencedMap<String, Value> values;

  Metadata(Path file, SequencedMap<String, Value> values) {
    this.file = file;
    this.values = values;
  }

  /** The file that says it. */
  public Path file() {
    return file;
  }

  /** All values by key, in the order of the file. */
  SequencedMap<String, Value> values() {
    return Collections.unmodifiableSequencedMap(values);
  }

  /** Whether the key is there. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** All entries in the order of the file, for people. */
  public List<MetadataEntry> entries() {
    var entries = new ArrayList<MetadataEntry>(values.size());
    for (Map.Entry<String, Value> entry : values.entrySet()) {
      Value value = entry.getValue();
      entries.add(new MetadataEntry(Printable.of(entry.getKey()), value.type(), value.toString()));
    }
    return Collections.unmodifiableList(entries);
  }

  /** Whether the key is there with an array. */
  public boolean hasArray(String key) {
    return values.get(key) instanceof Value.Scalars || values.get(key) instanceof Value.Texts;
  }

  /** A text that must be there. */
  public String string(String key) {
    if (values.get(key) instanceof Value.Text(String text)) {
      return text;
    }
    throw fault(key, "a string");
  }

  /** A text, or the fallback where the key is missing. */
  public String string(String key, String fallback) {
    return has(key) ? string(key) : fallback;
  }

  /** A whole number from {@code min} to {@code max} that must be there. */
  public int integer(String key, int min, int max) {
    if (values.get(key) instanceof Value.Scalar(ScalarType type, long bits)
        && type.whole()
        && !type.beyondLong(bits)
        && bits >= min
        && bits <= max) {
      return (int) bits;
    }
    throw fault(key, "a whole number from " + min + " to " + max);
  }

  /** A whole number from {@code min} to {@code max}, or the fallback where the key is missing. */
  public int integer(String key, int min, int max, int fallback) {
    return has(key) ? integer(key, min, max) : fallback;
  }

  /** A finite number from {@code min} to {@code max} that must be there. */
  public double number(String key, double min, double max) {
    if (values.get(key) instanceof Value.Scalar(ScalarType type, long bits)
        && type != ScalarType.BOOL) {
      double number = type.real(bits);
      // False for NaN too.
      if (number >= min && number <= max) {
        return number;
      }
    }
    throw fault(key, "a number from " + min + " to " + max);
  }

  /** A finite number from {@code min} to {@code max}, or the fallback where the key is missing. */
  public double number(String key, double min, double max, double fallback) {
    return has(key) ? number(key, min, max) : fallback;
  }

  /** True or false, or the fallback where the key is missing. */
  public boolean bool(String key, boolean fallback) {
    if (!has(key)) {
      return fallback;
    }
    if (values.get(key) instanceof Value.Scalar(ScalarType type, long bits)
        && type == ScalarType.BOOL) {
      return bits == 1;
    }
    throw fault(key, "a bool");
  }

  /** An array of texts that must be there. */
  public List<String> strings(String key) {
    if (values.get(key) instanceof Value.Texts(List<String> texts)) {
      return texts;
    }
    if (isEmptyArray(values.get(key))) {
      return List.of();
    }
    throw fault(key, "an array of strings");
  }

  /** An array of finite numbers that must be there. */
  public float[] floats(String key) {
    if (values.get(key) instanceof Value.Scalars array && array.scalar() != ScalarType.BOOL) {
      float[] numbers = new float[array.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) array.scalar().real(array.bits(i));
        if (!Float.isFinite(numbers[i])) {
          throw new ModelFileException(
              file, -1, key + "[" + i + "]", Float.toString(numbers[i]), "a finite number");
        }
      }
      return numbers;
    }
    throw fault(key, "an array of numbers");
  }

  /** An array of true and false that must be there. */
  public boolean[] bools(String key) {
    if (values.get(key) instanceof Value.Scalars array && array.scalar() == ScalarType.BOOL) {
      boolean[] bools = new boolean[array.size()];
      for (int i = 0; i < bools.length; i++) {
        bools[i] = array.bits(i) == 1;
      }
      return bools;
    }
    throw fault(key, "an array of bools");
  }

  /** An array of whole numbers from {@code min} to {@code max} that must be there. */
  public int[] integers(String key, int min, int max) {
    if (values.get(key) instanceof Value.Scalars array && array.scalar().whole()) {
      int[] numbers = new int[array.size()];
      for (int i = 0; i < numbers.length; i++) {
        long bits = array.bits(i);
        if (array.scalar().beyondLong(bits) || bits < min || bits > max) {
          throw new ModelFileException(
              file,
              -1,
              key + "[" + i + "]",
              array.scalar().text(bits),
              "a whole number from " + min + " to " + max);
        }
        numbers[i] = (int) bits;
      }
      return numbers;
    }
    throw fault(key, "an array of whole numbers from " + min + " to " + max);
  }

  /** The value of a key as a message may show it: short, with control characters escaped. */
  public String shown(String key) {
    Value value = values.get(key);
    return value == null ? "missing" : value.toString();
  }

  /** A text of the file as a message may show it: short, with control characters escaped. */
  public static String shorten(String text) {
    return Printable.of(text);
  }

  /** A fault of the value of a key: what is allowed there is something else. */
  public ModelFileException fault(String key, String allowed) {
    Value value = values.get(key);
    return new ModelFileException(
        file, -1, key, value == null ? "missing" : value + " (" + value.type() + ")", allowed);
  }

  private static boolean isEmptyArray(@Nullable Value value) {
    return value instanceof Value.Scalars array && array.size() == 0;
  }
}
