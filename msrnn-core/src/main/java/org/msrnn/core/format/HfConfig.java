package org.msrnn.core.format;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;

/**
 * An object of a JSON file of a Hugging Face folder. A member that is null counts as absent. Every
 * accessor states what it allows, and fails with a {@link ModelFileException} that names file and
 * member.
 */
final class HfConfig {
  private final Path file;
  private final String prefix;
  private final Map<String, Object> members;

  private HfConfig(Path file, String prefix, Map<String, Object> members) {
    this.file = file;
    this.prefix = prefix;
    this.members = members;
  }

  /**
   * Reads a file.
   *
   * @param cursor at its start
   * @param limit the most bytes that it may have
   * @param wanted the members to keep
   */
  static HfConfig read(Cursor cursor, int limit, Predicate<String> wanted) {
    if (cursor.size() > limit) {
      throw cursor.fault(-1, "file", cursor.size() + " bytes", "at most " + limit + " bytes");
    }
    byte[] text = cursor.bytes((int) cursor.size(), "file");
    return new HfConfig(
        cursor.file(), "", new JsonSource(cursor, -1, "file").members(text, wanted));
  }

  Path file() {
    return file;
  }

  /** Whether the member is there and not null. */
  boolean has(String name) {
    return member(name) != null;
  }

  /** Whether the member is there, be it null. */
  boolean mentions(String name) {
    return members.containsKey(name);
  }

  private @Nullable Object member(String name) {
    Object member = members.get(name);
    return JsonSource.NULL.equals(member) ? null : member;
  }

  /** A whole number from 1 to {@code max} that must be there. */
  int count(String name, int max) {
    return whole(name, 1, max, OptionalInt.empty());
  }

  /** A whole number from 1 to {@code max}; the fallback where it is absent. */
  int count(String name, int max, int fallback) {
    return whole(name, 1, max, OptionalInt.of(fallback));
  }

  /** A whole number from {@code min} to {@code max}; the fallback where it is absent. */
  int whole(String name, int min, int max, int fallback) {
    return whole(name, min, max, OptionalInt.of(fallback));
  }

  private int whole(String name, int min, int max, OptionalInt fallback) {
    Object member = member(name);
    if (member == null && fallback.isPresent()) {
      return fallback.getAsInt();
    }
    if (member instanceof Long number && number >= min && number <= max) {
      return number.intValue();
    }
    throw fault(name, "a whole number from " + min + " to " + max);
  }

  /** A finite number above zero that must be there. */
  double number(String name) {
    return optionalNumber(name).orElseThrow(() -> fault(name, "a number above zero"));
  }

  /** A finite number above zero; the fallback where it is absent. */
  double number(String name, double fallback) {
    return optionalNumber(name).orElse(fallback);
  }

  /** A finite number above zero, or nothing. */
  OptionalDouble optionalNumber(String name) {
    Object member = member(name);
    if (member == null) {
      return OptionalDouble.empty();
    }
    double number = member instanceof Number n ? n.doubleValue() : Double.NaN;
    if (number > 0 && number <= Float.MAX_VALUE) {
      return OptionalDouble.of(number);
    }
    throw fault(name, "a number above zero");
  }

  /** True or false; the fallback where it is absent. */
  boolean flag(String name, boolean fallback) {
    Object member = member(name);
    if (member == null) {
      return fallback;
    }
    if (member instanceof Boolean flag) {
      return flag;
    }
    throw fault(name, "true or false");
  }

  /** A text, or nothing. */
  Optional<String> text(String name) {
    Object member = member(name);
    if (member == null) {
      return Optional.empty();
    }
    if (member instanceof String text) {
      return Optional.of(text);
    }
    throw fault(name, "a string");
  }

  /** An array, or nothing. */
  Optional<List<?>> list(String name) {
    Object member = member(name);
    if (member == null) {
      return Optional.empty();
    }
    if (member instanceof List<?> list) {
      return Optional.of(list);
    }
    throw fault(name, "an array");
  }

  /** An object, or nothing. */
  Optional<HfConfig> object(String name) {
    Object member = member(name);
    if (member == null) {
      return Optional.empty();
    }
    if (member instanceof Map<?, ?>) {
      // JsonSource makes maps by text alone.
      @SuppressWarnings("unchecked")
      var inner = (Map<String, Object>) member;
      return Optional.of(new HfConfig(file, prefix + name + ".", inner));
    }
    throw fault(name, "an object");
  }

  /** Whether the member is an array. */
  boolean isList(String name) {
    return member(name) instanceof List;
  }

  /** Whether the member is an object. */
  boolean isObject(String name) {
    return member(name) instanceof Map;
  }

  /** The value as a message may show it. */
  String shown(String name) {
    Object member = member(name);
    return switch (member) {
      case null -> members.containsKey(name) ? "null" : "missing";
      case Map<?, ?> _ -> "an object";
      case List<?> _ -> "an array";
      case String text -> "'" + Printable.of(text) + "'";
      default -> member.toString();
    };
  }

  /** A fault of the value of a member. */
  ModelFileException fault(String name, String allowed) {
    return new ModelFileException(file, -1, prefix + name, shown(name), allowed);
  }

  /** What the value asks for is not in msrnn. */
  UnsupportedModelException unsupported(String name, String has) {
    return new UnsupportedModelException(
        file + ": " + prefix + name + " is " + shown(name) + ", msrnn has " + has);
  }
}
