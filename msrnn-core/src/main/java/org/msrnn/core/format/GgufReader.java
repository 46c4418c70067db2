package org.msrnn.core.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;

/** Reads and checks all of a GGUF file but its weights: header, metadata and table of tensors. */
final class GgufReader {
  /** {@code GGUF} as a little-endian number. */
  static final long MAGIC = 0x46554747L;

  static final int MAX_METADATA = 65_536;
  static final int MAX_TENSORS = 65_536;
  static final int MAX_KEY_BYTES = 65_536;
  static final int MAX_STRING_BYTES = 16 << 20;
  static final int MAX_NAME_BYTES = 63;
  static final int MAX_DIMS = 4;
  static final int MAX_ARRAY_DEPTH = 2;
  static final long MAX_HEADER_BYTES = 256L << 20;
  static final int MIN_ALIGNMENT = 8;
  static final int MAX_ALIGNMENT = 1 << 20;
  static final int DEFAULT_ALIGNMENT = 32;

  static final String ALIGNMENT = "general.alignment";

  private static final int TYPE_STRING = 8;
  private static final int TYPE_ARRAY = 9;

  /** Value types by their ids; the two gaps are string and array. */
  private static final @Nullable ScalarType[] SCALARS = {
    ScalarType.U8,
    ScalarType.I8,
    ScalarType.U16,
    ScalarType.I16,
    ScalarType.U32,
    ScalarType.I32,
    ScalarType.F32,
    ScalarType.BOOL,
    null,
    null,
    ScalarType.U64,
    ScalarType.I64,
    ScalarType.F64
  };

  // The fewest bytes that one of them takes: lengths, one byte of name, ids, offsets.
  private static final int MIN_METADATA_BYTES = 8 + 1 + 4 + 1;
  private static final int MIN_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
  private static final int MIN_ARRAY_BYTES = 4 + 8;

  /**
   * What was read.
   *
   * @param version of the format
   * @param metadata by key, in the order of the file
   * @param tensors by name, in the order of the file, offsets from the start of the file
   * @param dataStart offset of the first weight
   */
  record Header(
      int version,
      SequencedMap<String, Value> metadata,
      SequencedMap<String, TensorEntry> tensors,
      long dataStart) {}

  private final Cursor cursor;

  GgufReader(Cursor cursor) {
    this.cursor = cursor;
  }

  /** Reads up to the first weight. */
  Header read() {
    int version = version();
    long tensorsAt = cursor.position();
    long tensorCount = cursor.u64("n_tensors");
    long metadataAt = cursor.position();
    long metadataCount = cursor.u64("n_kv");
    checkCount(tensorsAt, "n_tensors", tensorCount, MAX_TENSORS, MIN_TENSOR_BYTES);
    checkCount(metadataAt, "n_kv", metadataCount, MAX_METADATA, MIN_METADATA_BYTES);
    SequencedMap<String, Value> metadata = metadata((int) metadataCount);
    int alignment = alignment(metadata);
    SequencedMap<String, TensorEntry> relative = tensors((int) tensorCount, alignment);
    long end = cursor.position();
    long dataStart = Math.addExact(end, padding(end, alignment));
    return new Header(version, metadata, place(relative, dataStart, alignment), dataStart);
  }

  private int version() {
    long magic = cursor.u32("magic");
    if (magic != MAGIC) {
      throw cursor.fault(
          0, "magic", String.format("0x%08x", magic), "GGUF (0x46554747): is this a GGUF file?");
    }
    long version = cursor.u32("version");
    if (version != 2 && version != 3) {
      boolean big = version == 2L << 24 || version == 3L << 24;
      throw cursor.fault(
          4, "version", version + (big ? " (a big-endian file)" : ""), "2 or 3, little-endian");
    }
    return (int) version;
  }

  private void checkCount(long at, String field, long count, int limit, int minBytes) {
    if (count < 0 || count > limit) {
      throw cursor.fault(at, field, Long.toUnsignedString(count), "at most " + limit);
    }
    cursor.checkCount(at, field, count, minBytes);
  }

  private SequencedMap<String, Value> metadata(int count) {
    var metadata = new LinkedHashMap<String, Value>();
    for (int i = 0; i < count; i++) {
      checkHeaderSize();
      String field = "key " + i;
      long at = cursor.position();
      String key = cursor.text(field, MAX_KEY_BYTES);
      checkName(at, field, key);
      String shown = Printable.of(key);
      long typeAt = cursor.position();
      Value value = value(shown, typeAt, cursor.u32(shown + " type"));
      if (metadata.putIfAbsent(key, value) != null) {
        throw cursor.fault(at, field, "'" + shown + "' for the second time", "each key once");
      }
    }
    return Collections.unmodifiableSequencedMap(metadata);
  }

  private Value value(String key, long typeAt, long type) {
    if (type == TYPE_STRING) {
      return new Value.Text(cursor.text(key, MAX_STRING_BYTES));
    }
    if (type == TYPE_ARRAY) {
      return array(key, 1);
    }
    ScalarType scalar = scalar(key + " type", typeAt, type);
    long at = cursor.position();
    long bits = cursor.scalar(scalar, key);
    if (scalar == ScalarType.BOOL) {
      checkBool(key, at, bits);
    }
    return new Value.Scalar(scalar, bits);
  }

  private ScalarType scalar(String field, long at, long type) {
    ScalarType scalar = type < SCALARS.length ? SCALARS[(int) type] : null;
    if (scalar == null) {
      throw cursor.fault(at, field, Long.toString(type), "a value type from 0 to 12");
    }
    return scalar;
  }

  private void checkBool(String field, long at, long bits) {
    if (bits > 1) {
      throw cursor.fault(at, field, Long.toString(bits), "0 or 1, as a bool");
    }
  }

  private Value array(String key, int depth) {
    long typeAt = cursor.position();
    if (depth > MAX_ARRAY_DEPTH) {
      throw cursor.fault(
          typeAt, key, "an array in arrays, deeper than " + MAX_ARRAY_DEPTH, "two levels at most");
    }
    long type = cursor.u32(key + " element type");
    long countAt = cursor.position();
    String field = key + " array length";
    long count = cursor.u64(field);
    if (type == TYPE_STRING) {
      cursor.checkCount(countAt, field, count, Long.BYTES);
      return texts(key, count);
    }
    if (type == TYPE_ARRAY) {
      cursor.checkCount(countAt, field, count, MIN_ARRAY_BYTES);
      return nested(key, count, depth);
    }
    ScalarType scalar = scalar(key + " element type", typeAt, type);
    cursor.checkCount(countAt, field, count, scalar.bytes());
    return scalars(key, scalar, count);
  }

  private Value texts(String key, long count) {
    // Grows with what was read, whatever the count says.
    var texts = new ArrayList<String>();
    for (long i = 0; i < count; i++) {
      checkHeaderSize();
      texts.add(cursor.text(key, MAX_STRING_BYTES));
    }
    texts.trimToSize();
    return new Value.Texts(Collections.unmodifiableList(texts));
  }

  private Value nested(String key, long count, int depth) {
    var values = new ArrayList<Value>();
    for (long i = 0; i < count; i++) {
      checkHeaderSize();
      values.add(array(key, depth + 1));
    }
    return new Value.Nested(Collections.unmodifiableList(values));
  }

  private Value scalars(String key, ScalarType scalar, long count) {
    long at = cursor.position();
    long bytes = Math.multiplyExact(count, (long) scalar.bytes());
    if (bytes > MAX_HEADER_BYTES - at) {
      throw headerTooLarge(at);
    }
    var scalars = new Value.Scalars(scalar, cursor.bytes((int) bytes, key));
    if (scalar == ScalarType.BOOL) {
      for (int i = 0; i < scalars.size(); i++) {
        checkBool(key, at + i, scalars.bits(i));
      }
    }
    return scalars;
  }

  private int alignment(SequencedMap<String, Value> metadata) {
    Value value = metadata.get(ALIGNMENT);
    if (value == null) {
      return DEFAULT_ALIGNMENT;
    }
    if (value instanceof Value.Scalar(ScalarType type, long bits)
        && type == ScalarType.U32
        && bits >= MIN_ALIGNMENT
        && bits <= MAX_ALIGNMENT
        && Long.bitCount(bits) == 1) {
      return (int) bits;
    }
    throw cursor.fault(
        -1,
        ALIGNMENT,
        value + " (" + value.type() + ")",
        "a power of two from " + MIN_ALIGNMENT + " to " + MAX_ALIGNMENT + " (u32)");
  }

  /**
   * The table with offsets from the start of the weights, each checked to follow its forerunner.
   */
  private SequencedMap<String, TensorEntry> tensors(int count, int alignment) {
    var tensors = new LinkedHashMap<String, TensorEntry>();
    long expected = 0;
    for (int i = 0; i < count; i++) {
      checkHeaderSize();
      String field = "tensor " + i + " name";
      long at = cursor.position();
      String name = cursor.text(field, MAX_NAME_BYTES);
      checkName(at, field, name);
      TensorEntry tensor = tensor(name, expected);
      if (tensors.putIfAbsent(name, tensor) != null) {
        throw cursor.fault(
            at, field, "'" + Printable.of(name) + "' for the second time", "each name once");
      }
      long end = add(at, name, tensor.offset(), tensor.bytes());
      expected = add(at, name, end, padding(end, alignment));
    }
    return tensors;
  }

  private TensorEntry tensor(String name, long expectedOffset) {
    String shown = Printable.of(name);
    long at = cursor.position();
    long dims = cursor.u32(shown + " n_dims");
    if (dims < 1 || dims > MAX_DIMS) {
      throw cursor.fault(at, shown + " n_dims", Long.toString(dims), "1 to " + MAX_DIMS);
    }
    var shape = new ArrayList<Long>();
    long elements = 1;
    for (int i = 0; i < dims; i++) {
      String field = shown + " dims[" + i + "]";
      long dimAt = cursor.position();
      long dim = cursor.u64(field);
      if (dim < 1) {
        throw cursor.fault(dimAt, field, Long.toString(dim), "1 or more");
      }
      elements = multiply(dimAt, field, elements, dim);
      shape.addFirst(dim);
    }
    long typeAt = cursor.position();
    long id = cursor.u32(shown + " type");
    GgmlType type = GgmlType.of(id);
    if (type == null) {
      throw cursor.fault(typeAt, shown + " type", Long.toString(id), "the id of a ggml type");
    }
    if (shape.getLast() % type.blockSize() != 0) {
      throw cursor.fault(
          at + 4,
          shown + " dims[0]",
          shape.getLast().toString(),
          "a multiple of " + type.blockSize() + " with type " + type);
    }
    long bytes = multiply(typeAt, shown, elements / type.blockSize(), type.blockBytes());
    long offsetAt = cursor.position();
    long offset = cursor.u64(shown + " offset");
    if (offset != expectedOffset) {
      throw cursor.fault(
          offsetAt,
          shown + " offset",
          Long.toUnsignedString(offset),
          expectedOffset + ", the end of the tensor before it, aligned");
    }
    return new TensorEntry(name, type.name(), type.type(), shape, offset, bytes);
  }

  /** Moves offsets to the start of the file and holds them against its end. */
  private SequencedMap<String, TensorEntry> place(
      SequencedMap<String, TensorEntry> relative, long dataStart, int alignment) {
    var placed = new LinkedHashMap<String, TensorEntry>();
    long end = dataStart;
    for (TensorEntry tensor : relative.values()) {
      long offset = add(-1, tensor.name(), dataStart, tensor.offset());
      end = add(-1, tensor.name(), offset, tensor.bytes());
      if (end > cursor.size()) {
        throw cursor.fault(
            offset,
            Printable.of(tensor.name()) + " offset + size",
            Long.toString(end),
            "at most the " + cursor.size() + " bytes of the file");
      }
      placed.put(
          tensor.name(),
          new TensorEntry(
              tensor.name(),
              tensor.typeName(),
              tensor.type(),
              tensor.shape(),
              offset,
              tensor.bytes()));
    }
    if (cursor.size() - end >= alignment) {
      throw cursor.fault(
          end,
          "end of file",
          cursor.size() - end + " bytes after the last tensor",
          "less than the alignment of " + alignment);
    }
    return Collections.unmodifiableSequencedMap(placed);
  }

  private void checkName(long at, String field, String name) {
    if (name.isEmpty() || name.chars().anyMatch(c -> c < ' ' || c == 127)) {
      throw cursor.fault(
          at,
          field,
          name.isEmpty() ? "empty" : "'" + Printable.of(name) + "'",
          "one character or more, none of them a control character");
    }
  }

  private void checkHeaderSize() {
    if (cursor.position() > MAX_HEADER_BYTES) {
      throw headerTooLarge(cursor.position());
    }
  }

  private ModelFileException headerTooLarge(long at) {
    return cursor.fault(at, "header", "larger than that", "at most " + MAX_HEADER_BYTES + " bytes");
  }

  private long multiply(long at, String field, long a, long b) {
    long high = Math.multiplyHigh(a, b);
    if (high != 0 || a * b < 0) {
      throw cursor.fault(at, field, a + " times " + b + " in all", "a size below 2^63");
    }
    return a * b;
  }

  private long add(long at, String name, long a, long b) {
    if (a > Long.MAX_VALUE - b) {
      throw cursor.fault(
          at, Printable.of(name) + " offset + size", a + " + " + b, "a size below 2^63");
    }
    return a + b;
  }

  /** Bytes from a position to the next multiple of the alignment, a power of two. */
  private static long padding(long position, int alignment) {
    return -position & (alignment - 1L);
  }
}
