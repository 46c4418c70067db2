package org.msrnn.core.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads and checks all of a safetensors file but its weights: eight bytes of length, a header in
 * JSON, data. The tensors lie next to each other from the first byte of the data to the last.
 */
final class SafetensorsReader {
  static final int MAX_HEADER_BYTES = 100_000_000;
  static final int MAX_TENSORS = 65_536;
  static final int MAX_NOTES = 4096;
  static final int MAX_DIMS = 4;

  private static final String NOTES = "__metadata__";

  private final Cursor cursor;

  SafetensorsReader(Cursor cursor) {
    this.cursor = cursor;
  }

  /** The tensors in the order of their data, offsets from the start of the file. */
  List<TensorEntry> read() {
    long length = cursor.u64("header length");
    if (length < 2 || length > MAX_HEADER_BYTES) {
      throw cursor.fault(
          0,
          "header length",
          Long.toUnsignedString(length),
          "from 2 to " + MAX_HEADER_BYTES + ": is this a safetensors file?");
    }
    cursor.checkCount(0, "header length", length, 1);
    byte[] header = cursor.bytes((int) length, "header");
    var json = new JsonSource(cursor, Long.BYTES, "header");
    var tensors = new ArrayList<TensorEntry>();
    var names = new HashSet<String>();
    json.object(
        header,
        (name, parser) -> {
          if (!names.add(name)) {
            throw json.twice(name);
          }
          if (name.equals(NOTES)) {
            notes(json, parser);
          } else {
            tensors.add(new Line(json, name).read(parser));
          }
          if (tensors.size() > MAX_TENSORS) {
            throw fault("tensors", "more than that", "at most " + MAX_TENSORS);
          }
        });
    return placed(tensors);
  }

  /** Texts by name, which nobody reads. */
  private void notes(JsonSource json, JsonParser parser) {
    var names = new HashSet<String>();
    json.object(
        parser,
        (name, at) -> {
          if (!names.add(name)) {
            throw json.twice(name);
          }
          if (names.size() > MAX_NOTES) {
            throw fault(NOTES, "larger than that", "at most " + MAX_NOTES + " entries");
          }
          if (at.currentToken() != JsonToken.VALUE_STRING) {
            throw fault(NOTES + "." + Printable.of(name), "no string", "a string");
          }
        });
  }

  /** One tensor of the header. */
  private final class Line {
    private final JsonSource json;
    private final String name;
    private final String shown;
    private @Nullable SafetensorsType type;
    private @Nullable List<Long> shape;
    private @Nullable List<Long> offsets;

    Line(JsonSource json, String name) {
      this.json = json;
      this.name = name;
      this.shown = Printable.of(name);
      if (name.isEmpty() || name.chars().anyMatch(c -> c < ' ' || c == 127)) {
        throw fault(
            "name of a tensor",
            "'" + shown + "'",
            "one character or more, none of them a control character");
      }
    }

    TensorEntry read(JsonParser parser) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw fault(shown, "no object", "an object with dtype, shape and data_offsets");
      }
      json.object(parser, this::member);
      if (type == null || shape == null || offsets == null) {
        throw fault(
            shown,
            "without " + (type == null ? "dtype" : shape == null ? "shape" : "data_offsets"),
            "an object with dtype, shape and data_offsets");
      }
      if (offsets.size() != 2 || offsets.getFirst() > offsets.getLast()) {
        throw fault(
            shown + " data_offsets", offsets.toString(), "two, the first not after the second");
      }
      long bytes = offsets.getLast() - offsets.getFirst();
      if (bytes != size(type, shape)) {
        throw fault(
            shown + " data_offsets",
            offsets + ", " + bytes + " bytes",
            size(type, shape) + " bytes for shape " + shape + " of " + type);
      }
      return new TensorEntry(
          name,
          type.name(),
          type.type(),
          shape.isEmpty() ? List.of(1L) : shape,
          offsets.getFirst(),
          bytes);
    }

    private void member(String member, JsonParser parser) {
      boolean again =
          switch (member) {
            case "dtype" -> type != null;
            case "shape" -> shape != null;
            case "data_offsets" -> offsets != null;
            default ->
                throw fault(
                    shown, "'" + Printable.of(member) + "'", "dtype, shape and data_offsets");
          };
      if (again) {
        throw json.twice(member);
      }
      switch (member) {
        case "dtype" -> type = type(parser);
        case "shape" -> shape = numbers(parser, member, 1, MAX_DIMS);
        default -> offsets = numbers(parser, member, 0, 2);
      }
    }

    private SafetensorsType type(JsonParser parser) {
      String found = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : "";
      SafetensorsType known = SafetensorsType.of(found);
      if (known == null) {
        throw fault(
            shown + " dtype",
            "'" + Printable.of(found) + "'",
            Arrays.stream(SafetensorsType.values())
                .map(Enum::name)
                .collect(Collectors.joining(", ")));
      }
      return known;
    }

    private List<Long> numbers(JsonParser parser, String member, long min, int most) {
      String field = shown + " " + member;
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw fault(field, "no array", "an array of whole numbers");
      }
      var numbers = new ArrayList<Long>(most);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (!JsonSource.isLong(parser) || parser.getLongValue() < min) {
          throw fault(
              field,
              Printable.of(String.valueOf(parser.getString())),
              "whole numbers from " + min + " to 2^63 - 1");
        }
        if (numbers.size() == most) {
          throw fault(field, "longer than that", "at most " + most + " numbers");
        }
        numbers.add(parser.getLongValue());
      }
      return numbers;
    }

    private long size(SafetensorsType of, List<Long> sizes) {
      long bytes = of.bytes();
      for (long size : sizes) {
        if (Math.multiplyHigh(bytes, size) != 0 || bytes * size < 0) {
          throw fault(shown + " shape", sizes.toString(), "a size below 2^63 bytes");
        }
        bytes *= size;
      }
      return bytes;
    }
  }

  /** In the order of the data: one after the other, from its start to the end of the file. */
  private List<TensorEntry> placed(List<TensorEntry> tensors) {
    long start = cursor.position();
    tensors.sort(Comparator.comparingLong(TensorEntry::offset));
    long expected = 0;
    var placed = new ArrayList<TensorEntry>(tensors.size());
    for (TensorEntry tensor : tensors) {
      String shown = Printable.of(tensor.name());
      if (tensor.offset() != expected) {
        throw fault(
            shown + " data_offsets",
            Long.toString(tensor.offset()),
            expected + ", the end of the tensor before it");
      }
      if (tensor.bytes() > cursor.remaining() - expected) {
        throw cursor.fault(
            start + expected,
            shown + " data_offsets",
            expected + tensor.bytes() + " at the end",
            "at most the " + cursor.remaining() + " bytes of data in the file");
      }
      expected += tensor.bytes();
      placed.add(
          new TensorEntry(
              tensor.name(),
              tensor.typeName(),
              tensor.type(),
              tensor.shape(),
              start + tensor.offset(),
              tensor.bytes()));
    }
    if (expected != cursor.remaining()) {
      throw cursor.fault(
          start + expected,
          "end of file",
          cursor.remaining() - expected + " bytes after the last tensor",
          "none");
    }
    return placed;
  }

  private ModelFileException fault(String field, String found, String allowed) {
    return cursor.fault(Long.BYTES, field, found, allowed);
  }
}
