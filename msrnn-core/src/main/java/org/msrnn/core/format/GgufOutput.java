package org.msrnn.core.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.msrnn.api.MsrnnException;
import org.msrnn.core.Progress;

/** Writes GGUF files, version 3, tensor by tensor. */
public final class GgufOutput {
  private static final int MAGIC = 0x46554747;
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32; // what readers take where no key says otherwise
  // ids of the types of metadata
  private static final int U32 = 4;
  private static final int I32 = 5;
  private static final int F32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private static final long WRITTEN_AT_ONCE = 1 << 24;

  private final ByteArrayOutputStream header = new ByteArrayOutputStream();

  private GgufOutput() {}

  /**
   * Writes a file. Where that fails, there is none.
   *
   * @param file where; there is nothing yet
   * @param metadata String, Boolean, Integer (u32), Float, {@code int[]} or List of String by key
   * @param tensors all of them; their offsets do not count
   * @param data gives the encoded numbers of a tensor; they are not used after the next call
   * @param progress is told of bytes of the tensors
   * @throws MsrnnException if it cannot be written
   */
  public static void write(
      Path file,
      Map<String, Object> metadata,
      List<TensorEntry> tensors,
      Function<TensorEntry, MemorySegment> data,
      Progress progress) {
    ByteBuffer header = new GgufOutput().header(metadata, tensors);
    long total = tensors.stream().mapToLong(TensorEntry::bytes).sum();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      try {
        write(header, channel);
        long done = 0;
        for (TensorEntry tensor : tensors) {
          write(data.apply(tensor), channel);
          write(ByteBuffer.allocate((int) (aligned(tensor.bytes()) - tensor.bytes())), channel);
          done += tensor.bytes();
          progress.update(done, total);
        }
      } catch (IOException | RuntimeException e) {
        Files.delete(file);
        throw e;
      }
    } catch (FileAlreadyExistsException e) {
      throw new MsrnnException(file + " is there already: name a new file", e);
    } catch (IOException e) {
      throw new MsrnnException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static void write(MemorySegment data, FileChannel to) throws IOException {
    for (long at = 0; at < data.byteSize(); at += WRITTEN_AT_ONCE) {
      long count = Math.min(WRITTEN_AT_ONCE, data.byteSize() - at);
      write(data.asSlice(at, count).asByteBuffer(), to);
    }
  }

  private static void write(ByteBuffer bytes, FileChannel to) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  private ByteBuffer header(Map<String, Object> metadata, List<TensorEntry> tensors) {
    u32(MAGIC);
    u32(VERSION);
    u64(tensors.size());
    u64(metadata.size());
    metadata.forEach(this::entry);
    long offset = 0;
    for (TensorEntry tensor : tensors) {
      text(tensor.name());
      u32(tensor.shape().size());
      tensor.shape().reversed().forEach(this::u64);
      u32(GgmlType.of(Objects.requireNonNull(tensor.type(), tensor.name())).id());
      u64(offset);
      offset += aligned(tensor.bytes());
    }
    header.writeBytes(new byte[(int) (aligned(header.size()) - header.size())]);
    return ByteBuffer.wrap(header.toByteArray());
  }

  private void entry(String key, Object value) {
    text(key);
    switch (value) {
      case String text -> {
        u32(STRING);
        text(text);
      }
      case Boolean bool -> {
        u32(BOOL);
        header.write(bool ? 1 : 0);
      }
      case Integer number -> {
        u32(U32);
        u32(number);
      }
      case Float number -> {
        u32(F32);
        u32(Float.floatToRawIntBits(number));
      }
      case int[] numbers -> {
        array(I32, numbers.length);
        for (int number : numbers) {
          u32(number);
        }
      }
      case List<?> texts -> {
        array(STRING, texts.size());
        texts.forEach(text -> text((String) text));
      }
      default -> throw new IllegalArgumentException(key + " cannot be a " + value.getClass());
    }
  }

  private void array(int type, int length) {
    u32(ARRAY);
    u32(type);
    u64(length);
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    u64(bytes.length);
    header.writeBytes(bytes);
  }

  private void u32(int value) {
    number(value, Integer.BYTES);
  }

  private void u64(long value) {
    number(value, Long.BYTES);
  }

  private void number(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      header.write((int) (value >>> 8 * i));
    }
  }
}
