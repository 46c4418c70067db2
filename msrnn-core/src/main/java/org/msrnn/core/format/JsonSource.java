package org.msrnn.core.format;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.msrnn.api.ModelFileException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON that nobody vouches for: UTF-8, an object, each name once, 16 levels deep, names of 1,024
 * and texts of 16 Mi characters. What is not asked for is skipped and takes no memory; what is kept
 * is at most {@value #MAX_VALUES} values.
 */
final class JsonSource {
  /** Stands for JSON's null. */
  static final Object NULL = new Object();

  private static final int MAX_DEPTH = 16;
  private static final int MAX_NAME = 1024;
  private static final int MAX_TEXT = 16 << 20;
  private static final int MAX_NUMBER = 64;
  private static final int MAX_VALUES = 10_000;

  private static final TokenStreamFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME)
                  .maxStringLength(MAX_TEXT)
                  .maxNumberLength(MAX_NUMBER)
                  .build())
          // A table of names lives longer than the file that filled it.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  /** Takes the members of an object. */
  @FunctionalInterface
  interface Members {
    /** The parser stands at the member's value, and is to be left at its end. */
    void take(String name, JsonParser parser);
  }

  private final Cursor file;
  private final long offset;
  private final String field;
  private int values;

  /**
   * JSON in a file.
   *
   * @param offset where it begins
   * @param field what it is called in messages
   */
  JsonSource(Cursor file, long offset, String field) {
    this.file = file;
    this.offset = offset;
    this.field = field;
  }

  /** Reads an object that takes up all of the text. */
  void object(byte[] text, Members members) {
    if (text.length == 0 || text[0] != '{') {
      throw fault("no JSON object", "a JSON object, from '{' on");
    }
    var utf8 = StandardCharsets.UTF_8.newDecoder();
    try (var reader = new InputStreamReader(new ByteArrayInputStream(text), utf8);
        JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), reader)) {
      parser.nextToken();
      object(parser, members);
      if (parser.nextToken() != null) {
        throw fault("more than one value", "one JSON object");
      }
    } catch (JacksonException | java.io.IOException e) {
      String reason = e instanceof JacksonException json ? json.getOriginalMessage() : "not UTF-8";
      var fault = fault("no JSON (" + Printable.of(String.valueOf(reason)) + ")", "JSON in UTF-8");
      fault.initCause(e);
      throw fault;
    }
  }

  /** Takes the members of the object that the parser stands at. */
  void object(JsonParser parser, Members members) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw fault("no object where one belongs", "an object");
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      members.take(name, parser);
    }
  }

  /** The members of an object whose names are wanted, as {@link #value} has them. */
  Map<String, Object> members(byte[] text, Predicate<String> wanted) {
    var members = new LinkedHashMap<String, Object>();
    object(
        text,
        (name, parser) -> {
          if (!wanted.test(name)) {
            parser.skipChildren();
          } else if (members.putIfAbsent(name, value(parser)) != null) {
            throw twice(name);
          }
        });
    return members;
  }

  /** A value: Map, List, String, Long, Double, Boolean or {@link #NULL}. */
  private Object value(JsonParser parser) {
    if (++values > MAX_VALUES) {
      throw fault("more than that many values", MAX_VALUES + " values at most");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        var members = new LinkedHashMap<String, Object>();
        object(
            parser,
            (name, at) -> {
              if (members.putIfAbsent(name, value(at)) != null) {
                throw twice(name);
              }
            });
        yield members;
      }
      case START_ARRAY -> {
        var elements = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser));
        }
        yield Collections.unmodifiableList(elements);
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> {
        if (isLong(parser)) {
          yield parser.getLongValue();
        }
        yield parser.getDoubleValue();
      }
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> NULL;
    };
  }

  /** Whether the parser stands at a whole number that fits. */
  static boolean isLong(JsonParser parser) {
    return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
  }

  /** A name that stands twice in one object. */
  ModelFileException twice(String name) {
    return fault("'" + Printable.of(name) + "' for the second time", "each name once");
  }

  private ModelFileException fault(String found, String allowed) {
    return file.fault(offset, field, found, allowed);
  }
}
