package org.msrnn.core.tokenizer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import org.msrnn.core.format.Metadata;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * The parts of a tokenizer.json, read in one pass: memory is bounded by the file's size, and that
 * by {@link #MAX_BYTES}. What msrnn makes of it is {@link JsonTokenizer}'s.
 */
final class TokenizerJson {
  /** Gemma 3's has 33 MB. */
  static final long MAX_BYTES = 256L << 20;

  private static final int MAX_DEPTH = 32;
  private static final int MAX_STRING = 1 << 20;

  /** Values in all small blocks together, added tokens apart. */
  private static final int MAX_VALUES = 1 << 16;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .maxNumberLength(100)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names are hundreds of thousands of tokens here: nothing to remember for the next file.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private final Path file;
  private final Source source;
  private final JsonParser parser;
  private final Map<String, @Nullable Object> blocks = new LinkedHashMap<>();
  private final List<JsonBlock> added = new ArrayList<>();
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final List<String> pieces = new ArrayList<>();
  private final List<Double> scores = new ArrayList<>();
  private final List<Source.Merge> merges = new ArrayList<>();
  private int values;

  private TokenizerJson(Path file, JsonParser parser) {
    this.file = file;
    this.source = Source.json(file);
    this.parser = parser;
  }

  static TokenizerJson read(Path file) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      long size = Files.size(file);
      if (!Files.isRegularFile(file) || size > MAX_BYTES) {
        throw new ModelFileException(
            file, -1, "size", size + " bytes", "a file of at most " + MAX_BYTES);
      }
      try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in)) {
        var json = new TokenizerJson(file, parser);
        json.readAll();
        return json;
      }
    } catch (JacksonException e) {
      long offset = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
      throw (ModelFileException)
          new ModelFileException(
                  file,
                  offset,
                  "JSON",
                  Metadata.shorten(String.valueOf(e.getOriginalMessage())),
                  "well-formed JSON with every name once")
              .initCause(e);
    } catch (IOException e) {
      throw (ModelFileException)
          new ModelFileException(file, -1, "file", e.toString(), "a readable tokenizer.json")
              .initCause(e);
    }
  }

  /** An object at the top: normalizer, pre_tokenizer, post_processor, decoder or model. */
  JsonBlock block(String name) {
    return new JsonBlock(file, name, blocks).object(name);
  }

  boolean has(String name) {
    return blocks.get(name) != null;
  }

  Source source() {
    return source;
  }

  List<JsonBlock> added() {
    return added;
  }

  /** Ids by text, of a BPE. */
  Map<String, Integer> ids() {
    return ids;
  }

  /** Texts by id, of a unigram model. */
  List<String> pieces() {
    return pieces;
  }

  /** Scores by id, of a unigram model. */
  double[] scores() {
    return scores.stream().mapToDouble(Double::doubleValue).toArray();
  }

  List<Source.Merge> merges() {
    return merges;
  }

  private void readAll() {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "the file", "an object");
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      switch (name) {
        case "added_tokens" -> readAdded(token);
        case "model" -> readModel(token);
        case "normalizer", "pre_tokenizer", "post_processor", "decoder" ->
            blocks.put(name, value(token));
        // What is cut off or filled up is the caller's choice, not the file's.
        case "version", "truncation", "padding" -> value(token);
        default ->
            throw fault(
                Source.shown(name),
                "unknown",
                "version, truncation, padding, added_tokens, normalizer, pre_tokenizer,"
                    + " post_processor, decoder and model");
      }
    }
    if (parser.nextToken() != null) {
      throw fault("the file", "longer than its object", "one object");
    }
  }

  private void readAdded(JsonToken start) {
    if (start == JsonToken.VALUE_NULL) {
      return;
    }
    expect(start, JsonToken.START_ARRAY, "added_tokens", "an array");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String place = "added_tokens[" + added.size() + "]";
      if (added.size() == Vocabulary.MAX_TOKENS) {
        throw fault("added_tokens", "longer", "at most " + Vocabulary.MAX_TOKENS + " tokens");
      }
      values = 0;
      var holder = new LinkedHashMap<String, @Nullable Object>();
      holder.put(place, value(parser.currentToken()));
      JsonBlock found = new JsonBlock(file, place, holder).object(place);
      added.add(new JsonBlock(file, place, found.members()));
    }
    values = 0;
  }

  private void readModel(JsonToken start) {
    expect(start, JsonToken.START_OBJECT, "model", "an object");
    var model = new LinkedHashMap<String, @Nullable Object>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      switch (name) {
        case "vocab" -> readVocabulary(token);
        case "merges" -> readMerges(token);
        default -> model.put(name, value(token));
      }
    }
    blocks.put("model", model);
  }

  private void readVocabulary(JsonToken start) {
    if (start == JsonToken.START_ARRAY) {
      readPieces();
      return;
    }
    expect(start, JsonToken.START_OBJECT, source.tokens(), "an object or an array");
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String text = parser.currentName();
      checkCount(ids.size());
      ids.put(text, id(parser.nextToken(), source.tokens() + "[" + Source.shown(text) + "]"));
    }
  }

  private void readPieces() {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String place = source.tokens() + "[" + pieces.size() + "]";
      checkCount(pieces.size());
      expect(parser.currentToken(), JsonToken.START_ARRAY, place, "a text and a score");
      expect(parser.nextToken(), JsonToken.VALUE_STRING, place, "a text and a score");
      pieces.add(parser.getString());
      if (!parser.nextToken().isNumeric() || !Double.isFinite(parser.getDoubleValue())) {
        throw fault(place, Source.shown(parser.getString()), "a text and a finite score");
      }
      scores.add(parser.getDoubleValue());
      expect(parser.nextToken(), JsonToken.END_ARRAY, place, "a text and a score");
    }
  }

  private void checkCount(int count) {
    if (count == Vocabulary.MAX_TOKENS) {
      throw fault(source.tokens(), "longer", "at most " + Vocabulary.MAX_TOKENS + " tokens");
    }
  }

  private int id(JsonToken token, String place) {
    if (token == JsonToken.VALUE_NUMBER_INT) {
      // The text first: a number that is too large for any type has one too.
      String digits = parser.getString();
      if (digits.length() <= 9 && !digits.startsWith("-")) {
        int id = Integer.parseInt(digits);
        if (id < Vocabulary.MAX_TOKENS) {
          return id;
        }
      }
    }
    throw fault(place, shown(token), "a token id from 0 to " + (Vocabulary.MAX_TOKENS - 1));
  }

  private void readMerges(JsonToken start) {
    expect(start, JsonToken.START_ARRAY, source.merges(), "an array");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      int rank = merges.size();
      if (rank == Vocabulary.MAX_TOKENS) {
        throw fault(source.merges(), "longer", "at most " + Vocabulary.MAX_TOKENS + " merges");
      }
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        merges.add(source.merge(rank, parser.getString()));
        continue;
      }
      String place = source.merges() + "[" + rank + "]";
      expect(parser.currentToken(), JsonToken.START_ARRAY, place, "two tokens");
      expect(parser.nextToken(), JsonToken.VALUE_STRING, place, "two tokens");
      String left = parser.getString();
      expect(parser.nextToken(), JsonToken.VALUE_STRING, place, "two tokens");
      merges.add(new Source.Merge(left, parser.getString()));
      expect(parser.nextToken(), JsonToken.END_ARRAY, place, "two tokens");
    }
  }

  /** Any value, as {@link JsonBlock} has them. Recursion is bounded by the parser's depth. */
  private @Nullable Object value(JsonToken token) {
    if (++values > MAX_VALUES) {
      throw fault("the settings", "longer", "at most " + MAX_VALUES + " values");
    }
    return switch (token) {
      case START_OBJECT -> {
        var object = new LinkedHashMap<String, @Nullable Object>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          object.put(name, value(parser.nextToken()));
        }
        yield object;
      }
      case START_ARRAY -> {
        var array = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser.currentToken()));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(token, parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private static Number number(JsonToken token, String text) {
    boolean isLong = token == JsonToken.VALUE_NUMBER_INT && text.length() <= 18;
    return isLong ? (Number) Long.valueOf(text) : (Number) Double.valueOf(text);
  }

  private void expect(@Nullable JsonToken found, JsonToken wanted, String place, String allowed) {
    if (found != wanted) {
      throw fault(place, shown(found), allowed);
    }
  }

  private String shown(@Nullable JsonToken token) {
    return token == null
        ? "missing"
        : token.isStructStart() || token.isStructEnd()
            ? "something else"
            : Source.shown(parser.getString());
  }

  private ModelFileException fault(String field, String found, String allowed) {
    return new ModelFileException(
        file, parser.currentTokenLocation().getByteOffset(), field, found, allowed);
  }
}
