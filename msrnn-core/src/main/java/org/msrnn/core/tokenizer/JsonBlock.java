package org.msrnn.core.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.format.Metadata;

/**
 * A small object of a tokenizer.json. Every accessor states what it allows, and fails with the
 * place in the file.
 *
 * @param file the file
 * @param place where the object stands, such as {@code normalizer}
 * @param members values by name: Map, List, String, Long, Double, Boolean or null
 */
record JsonBlock(Path file, String place, Map<String, @Nullable Object> members) {
  /** Its kind. */
  String type() {
    return string("type");
  }

  /** Refuses members that nobody here would look at. */
  JsonBlock only(String... names) {
    Set<String> known = Set.of(names);
    for (String name : members.keySet()) {
      if (!name.equals("type") && !known.contains(name)) {
        throw unsupported(place + "." + Metadata.shorten(name), "", "");
      }
    }
    return this;
  }

  boolean has(String name) {
    return members.get(name) != null;
  }

  String string(String name) {
    if (members.get(name) instanceof String text) {
      return text;
    }
    throw fault(name, "a string");
  }

  String string(String name, String fallback) {
    return has(name) ? string(name) : fallback;
  }

  boolean bool(String name, boolean fallback) {
    Object value = members.get(name);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw fault(name, "true or false");
  }

  /** A whole number from 0 to {@code max}, or nothing. */
  OptionalInt integer(String name, int max) {
    Object value = members.get(name);
    if (value == null) {
      return OptionalInt.empty();
    }
    if (value instanceof Long number && number >= 0 && number <= max) {
      return OptionalInt.of(number.intValue());
    }
    throw fault(name, "a whole number from 0 to " + max);
  }

  /** An object. */
  JsonBlock object(String name) {
    return object(place + "." + name, members.get(name));
  }

  /** The objects of a list. */
  List<JsonBlock> objects(String name) {
    if (!(members.get(name) instanceof List<?> list)) {
      throw fault(name, "an array");
    }
    var objects = new ArrayList<JsonBlock>(list.size());
    for (int i = 0; i < list.size(); i++) {
      objects.add(object(place + "." + name + "[" + i + "]", list.get(i)));
    }
    return objects;
  }

  /** Whole numbers of a list, from 0 to {@code max}. */
  List<Integer> integers(String name, int max) {
    if (!(members.get(name) instanceof List<?> list)) {
      throw fault(name, "an array");
    }
    var numbers = new ArrayList<Integer>(list.size());
    for (Object element : list) {
      var one = new JsonBlock(file, place + "." + name, Collections.singletonMap("0", element));
      numbers.add(one.integer("0", max).orElseThrow(() -> fault(name, "whole numbers")));
    }
    return numbers;
  }

  @SuppressWarnings("unchecked") // what the reader makes of objects
  private JsonBlock object(String where, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return new JsonBlock(file, where, (Map<String, @Nullable Object>) map);
    }
    throw new ModelFileException(file, -1, where, shown(value), "an object");
  }

  /** A fault of a member. */
  ModelFileException fault(String name, String allowed) {
    return new ModelFileException(file, -1, place + "." + name, shown(members.get(name)), allowed);
  }

  /** What msrnn does not have. */
  UnsupportedModelException unsupported(String name, String has) {
    return unsupported(place + "." + name, " " + shown(members.get(name)), ", msrnn has " + has);
  }

  private UnsupportedModelException unsupported(String where, String found, String has) {
    return new UnsupportedModelException(
        file + ": " + where + (found.isEmpty() ? " is unknown to msrnn" : " is" + found) + has);
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "missing";
      case String text -> Source.shown(text);
      case Map<?, ?> map -> "an object";
      case List<?> list -> "an array";
      default -> Metadata.shorten(value.toString());
    };
  }
}
