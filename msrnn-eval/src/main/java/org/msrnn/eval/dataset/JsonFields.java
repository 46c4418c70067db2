package org.msrnn.eval.dataset;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a JSON object of an untrusted file.
 *
 * @param where file and line, for messages
 * @param node the object
 */
record JsonFields(String where, JsonNode node) {
  private static final int SHOWN = 40;

  /** Checks that it is an object. */
  JsonFields {
    if (!node.isObject()) {
      throw new MsrnnException(where + " holds " + shown(node) + ", allowed is a JSON object");
    }
  }

  /** Whether a field is there and not null. */
  boolean has(String name) {
    JsonNode value = node.get(name);
    return value != null && !value.isNull();
  }

  /** A text. */
  String text(String name) {
    return textOf(name, node.get(name));
  }

  /** A text, or null where the field is null or absent. */
  @Nullable String textOrNull(String name) {
    return has(name) ? text(name) : null;
  }

  /** A text of one character or more. */
  String someText(String name) {
    String text = text(name);
    if (text.isBlank()) {
      throw wrong(name, "an empty text", "a text of one character or more");
    }
    return text;
  }

  /** A whole number of 0 or more. */
  int count(String name) {
    JsonNode value = node.get(name);
    if (value == null
        || !value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 0) {
      throw wrong(name, shown(value), "a whole number of 0 or more");
    }
    return value.intValue();
  }

  /** True, false, or null where the field is null or absent. */
  @Nullable Boolean truthOrNull(String name) {
    if (!has(name)) {
      return null;
    }
    JsonNode value = node.get(name);
    if (!value.isBoolean()) {
      throw wrong(name, shown(value), "true, false or null");
    }
    return value.booleanValue();
  }

  /** A list of texts. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    list(name).forEach(value -> texts.add(textOf(name, value)));
    return texts;
  }

  /** An object. */
  JsonFields object(String name) {
    JsonNode value = node.get(name);
    if (value == null || !value.isObject()) {
      throw wrong(name, shown(value), "a JSON object");
    }
    return new JsonFields(where, value);
  }

  /** A list of objects. */
  List<JsonFields> objects(String name) {
    List<JsonFields> objects = new ArrayList<>();
    for (JsonNode value : list(name)) {
      if (!value.isObject()) {
        throw wrong(name, "a list with " + shown(value), "a list of JSON objects");
      }
      objects.add(new JsonFields(where, value));
    }
    return objects;
  }

  private Iterable<JsonNode> list(String name) {
    JsonNode value = node.get(name);
    if (value == null || !value.isArray()) {
      throw wrong(name, shown(value), "a list");
    }
    return value;
  }

  private String textOf(String name, @Nullable JsonNode value) {
    if (value == null || !value.isString()) {
      throw wrong(name, shown(value), "a text");
    }
    String text = value.stringValue();
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int character = text.codePointAt(i);
      if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
        throw wrong(name, "a text with half a surrogate pair", "a text of whole characters");
      }
    }
    return text;
  }

  /** A failure that names the field. */
  MsrnnException wrong(String name, String found, String allowed) {
    return new MsrnnException(
        where + ": the field '" + name + "' is " + found + ", allowed is " + allowed);
  }

  private static String shown(@Nullable JsonNode value) {
    if (value == null) {
      return "absent";
    }
    String text =
        value.isContainer() ? (value.isArray() ? "a list" : "an object") : value.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
