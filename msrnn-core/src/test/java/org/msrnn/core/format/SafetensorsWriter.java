package org.msrnn.core.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Writes safetensors files for tests, right ones and, by their header's text, wrong ones. */
public final class SafetensorsWriter {
  private record Data(String dtype, long[] shape, byte[] bytes) {}

  private final Map<String, Data> tensors = new LinkedHashMap<>();

  /** A tensor of float32 numbers, the contiguous size last. */
  public SafetensorsWriter f32(String name, float[] numbers, long... shape) {
    return tensor(name, "F32", GgufWriter.f32(numbers), shape);
  }

  /** A tensor. */
  public SafetensorsWriter tensor(String name, String dtype, byte[] bytes, long... shape) {
    tensors.put(name, new Data(dtype, shape, bytes));
    return this;
  }

  /** Leaves a tensor out. */
  public SafetensorsWriter remove(String name) {
    tensors.remove(name);
    return this;
  }

  /** The header. */
  public String header() {
    var members = new StringJoiner(",", "{", "}");
    members.add("\"__metadata__\":{\"format\":\"pt\"}");
    long at = 0;
    for (Map.Entry<String, Data> tensor : tensors.entrySet()) {
      Data data = tensor.getValue();
      long end = at + data.bytes().length;
      members.add(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(
                  tensor.getKey(),
                  data.dtype(),
                  Arrays.toString(data.shape()).replace(" ", ""),
                  at,
                  end));
      at = end;
    }
    return members.toString();
  }

  /** The data of all tensors. */
  public byte[] data() {
    var data = new ByteArrayOutputStream();
    tensors.values().forEach(tensor -> data.writeBytes(tensor.bytes()));
    return data.toByteArray();
  }

  /** The file. */
  public byte[] bytes() {
    return file(header(), data());
  }

  /** A file of any header and data. */
  public static byte[] file(String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return file(text.length, text, data);
  }

  /** A file that says any length of its header. */
  public static byte[] file(long length, byte[] header, byte[] data) {
    return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .put(data)
        .array();
  }

  /** Writes the file. */
  public Path write(Path file) {
    try {
      return Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
