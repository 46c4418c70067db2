package org.msrnn.eval.retrieval;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import tools.jackson.databind.JsonNode;

/**
 * A row of a file, whose fields are checked when they are asked for.
 *
 * @param file the file, for messages
 * @param line its line, from 1
 * @param object its content
 */
record JsonRow(Path file, int line, JsonNode object) {

  /** A text that must be there. */
  String text(String field) {
    return asText(field, object.get(field));
  }

  /** A text, or null where there is none. */
  @Nullable String textOrNull(String field) {
    return has(field) ? text(field) : null;
  }

  /** A list of one or more texts, none of them blank. */
  List<String> texts(String field) {
    JsonNode node = object.get(field);
    if (node == null || !node.isArray() || node.isEmpty()) {
      throw refused(field, node, "a list of one or more texts");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode one : node) {
      String text = asText(field, one);
      if (text.isBlank()) {
        throw refused(field, node, "a list of texts, none of them blank");
      }
      texts.add(text);
    }
    return texts;
  }

  /** A whole number from 1 to the most, or null where there is none. */
  @Nullable Integer countOrNull(String field, int most) {
    if (!has(field)) {
      return null;
    }
    JsonNode node = object.get(field);
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < 1
        || node.intValue() > most) {
      throw refused(field, node, "a whole number from 1 to " + most);
    }
    return node.intValue();
  }

  /** A number from 0 to 1, or null where there is none. */
  @Nullable Double shareOrNull(String field) {
    if (!has(field)) {
      return null;
    }
    JsonNode node = object.get(field);
    double value = node.isNumber() ? node.doubleValue() : Double.NaN;
    if (!(value >= 0 && value <= 1)) {
      throw refused(field, node, "a number from 0 to 1");
    }
    return value;
  }

  /** That a field has a value which it may not have. */
  MsrnnException refused(String field, @Nullable JsonNode found, String allowed) {
    String value = found == null ? "missing" : found.toString();
    String shown = value.length() > 60 ? value.substring(0, 60) + "..." : value;
    return new MsrnnException(
        file + ", line " + line + ": " + field + " is " + shown + ", allowed is " + allowed);
  }

  private boolean has(String field) {
    return object.hasNonNull(field);
  }

  private String asText(String field, @Nullable JsonNode node) {
    if (node == null || !node.isString()) {
      throw refused(field, node, "a text");
    }
    String text = node.stringValue();
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw refused(field, node, "a text without halves of surrogate pairs");
    }
    return text;
  }
}
