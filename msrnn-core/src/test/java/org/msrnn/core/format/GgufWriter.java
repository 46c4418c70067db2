package org.msrnn.core.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.api.backend.TensorType;

/**
 * Writes GGUF files for tests, right ones and, with {@link #patched}, wrong ones: it remembers
 * where it wrote each number.
 */
public final class GgufWriter {
  /** Where a number of the file stands. */
  public record Field(String name, int offset, int bytes) {}

  /** An array of arrays. */
  public record Arrays(List<int[]> arrays) {}

  private static final class Tensor {
    final String name;
    final int typeId;
    final long[] dims;
    final byte[] data;

    Tensor(String name, int typeId, long[] dims, byte[] data) {
      this.name = name;
      this.typeId = typeId;
      this.dims = dims;
      this.data = data;
    }
  }

  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<Field> fields = new ArrayList<>();
  private int version = 3;
  private int alignment = 32;
  private ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Another version of the format. */
  public GgufWriter version(int other) {
    version = other;
    return this;
  }

  /** Another alignment, named in the metadata. */
  public GgufWriter alignment(int other) {
    alignment = other;
    return put("general.alignment", other);
  }

  /**
   * A metadata entry: String, Boolean, Byte (u8), Short (i16), Integer (u32), Long (u64), Float,
   * Double, List of String, int[] (i32), float[], boolean[] or {@link Arrays}. It replaces an entry
   * of the same key.
   */
  public GgufWriter put(String key, Object value) {
    metadata.put(key, value);
    return this;
  }

  /** Leaves a metadata entry out. */
  public GgufWriter remove(String key) {
    metadata.remove(key);
    return this;
  }

  /** A tensor; {@code dims} as GGUF has them, the contiguous one first. */
  public GgufWriter tensor(String name, TensorType type, byte[] data, long... dims) {
    int id =
        switch (type) {
          case F32 -> 0;
          case F16 -> 1;
          case Q4_0 -> 2;
          case Q4_1 -> 3;
          case Q5_0 -> 6;
          case Q5_1 -> 7;
          case Q8_0 -> 8;
          case Q4_K -> 12;
          case Q5_K -> 13;
          case Q6_K -> 14;
          case BF16 -> 30;
        };
    return tensor(name, id, data, dims);
  }

  /** A tensor of a type that only has an id. */
  public GgufWriter tensor(String name, int typeId, byte[] data, long... dims) {
    tensors.put(name, new Tensor(name, typeId, dims, data));
    return this;
  }

  /** Leaves a tensor out. */
  public GgufWriter removeTensor(String name) {
    tensors.remove(name);
    return this;
  }

  /** Names of the tensors so far. */
  public List<String> tensorNames() {
    return List.copyOf(tensors.keySet());
  }

  /** Float32 numbers as bytes. */
  public static byte[] f32(float... numbers) {
    byte[] bytes = new byte[numbers.length * Float.BYTES];
    little(bytes).asFloatBuffer().put(numbers);
    return bytes;
  }

  /** The file. */
  public byte[] bytes() {
    out = new ByteArrayOutputStream();
    fields.clear();
    u32("magic", 0x46554747);
    u32("version", version);
    u64("n_tensors", tensors.size());
    u64("n_kv", metadata.size());
    metadata.forEach(this::entry);
    long offset = 0;
    for (Tensor tensor : tensors.values()) {
      text(tensor.name + " name", tensor.name);
      u32(tensor.name + " n_dims", tensor.dims.length);
      for (int i = 0; i < tensor.dims.length; i++) {
        u64(tensor.name + " dims[" + i + "]", tensor.dims[i]);
      }
      u32(tensor.name + " type", tensor.typeId);
      u64(tensor.name + " offset", offset);
      offset = aligned(offset + tensor.data.length);
    }
    for (Tensor tensor : tensors.values()) {
      out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
      out.writeBytes(tensor.data);
    }
    return out.toByteArray();
  }

  /** The file with one of its numbers replaced. */
  public byte[] patched(String field, long value) {
    byte[] bytes = bytes();
    patch(bytes, field(field), value);
    return bytes;
  }

  /** Replaces a number of a file. */
  public static void patch(byte[] bytes, Field field, long value) {
    for (int i = 0; i < field.bytes(); i++) {
      bytes[field.offset() + i] = (byte) (value >>> (8 * i));
    }
  }

  /** Where the last {@link #bytes} wrote the number of that name. */
  public Field field(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst().orElseThrow();
  }

  /** All numbers that the last {@link #bytes} wrote before the weights. */
  public List<Field> fields() {
    return List.copyOf(fields);
  }

  /** Writes the file into a folder. */
  public Path write(Path folder) {
    try {
      return Files.write(Files.createTempFile(folder, "model", ".gguf"), bytes());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private long aligned(long offset) {
    return (offset + alignment - 1) / alignment * alignment;
  }

  private void entry(String key, Object value) {
    text(key + " key", key);
    switch (value) {
      case String text -> {
        type(key, 8);
        text(key, text);
      }
      case Boolean bool -> {
        type(key, 7);
        number(key, 1, bool ? 1 : 0);
      }
      case Byte number -> {
        type(key, 0);
        number(key, 1, number);
      }
      case Short number -> {
        type(key, 3);
        number(key, 2, number);
      }
      case Integer number -> {
        type(key, 4);
        u32(key, number);
      }
      case Long number -> {
        type(key, 10);
        u64(key, number);
      }
      case Float number -> {
        type(key, 6);
        u32(key, Float.floatToRawIntBits(number));
      }
      case Double number -> {
        type(key, 12);
        u64(key, Double.doubleToRawLongBits(number));
      }
      default -> array(key, value);
    }
  }

  private void array(String key, Object value) {
    type(key, 9);
    switch (value) {
      case List<?> texts -> {
        header(key, 8, texts.size());
        for (int i = 0; i < texts.size(); i++) {
          text(key + "[" + i + "]", (String) texts.get(i));
        }
      }
      case int[] numbers -> ints(key, numbers);
      case float[] numbers -> {
        header(key, 6, numbers.length);
        out.writeBytes(f32(numbers));
      }
      case boolean[] bools -> {
        header(key, 7, bools.length);
        for (boolean bool : bools) {
          out.write(bool ? 1 : 0);
        }
      }
      case Arrays(List<int[]> arrays) -> {
        header(key, 9, arrays.size());
        arrays.forEach(numbers -> ints(key, numbers));
      }
      default -> throw new IllegalArgumentException("no GGUF type for " + value);
    }
  }

  private void ints(String key, int[] numbers) {
    header(key, 5, numbers.length);
    byte[] bytes = new byte[numbers.length * Integer.BYTES];
    little(bytes).asIntBuffer().put(numbers);
    out.writeBytes(bytes);
  }

  private void header(String key, int type, int length) {
    u32(key + " element type", type);
    u64(key + " array length", length);
  }

  private void type(String key, int id) {
    u32(key + " type", id);
  }

  private void text(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    u64(name + " length", bytes.length);
    out.writeBytes(bytes);
  }

  private void u32(String name, int value) {
    number(name, 4, value);
  }

  private void u64(String name, long value) {
    number(name, 8, value);
  }

  private void number(String name, int bytes, long value) {
    fields.add(new Field(name, out.size(), bytes));
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
