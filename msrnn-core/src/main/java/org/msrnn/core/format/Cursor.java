package org.msrnn.core.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.msrnn.api.ModelFileException;

/**
 * Reads a file front to back, from the start or from where it is sent. It alone knows how many
 * bytes remain; nothing is allocated before {@link #checkCount} has compared its size with them.
 */
final class Cursor {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final SeekableByteChannel channel;
  private final long size;
  private final ByteBuffer buffer;
  private long position;

  Cursor(Path file, SeekableByteChannel channel, long size) {
    this.file = file;
    this.channel = channel;
    this.size = size;
    // A small file among many takes no more memory than it has bytes.
    this.buffer =
        ByteBuffer.allocate((int) Math.min(BUFFER, size)).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  Path file() {
    return file;
  }

  /** Offset of the next byte. */
  long position() {
    return position;
  }

  /** Goes on at another offset. */
  void seek(long offset) {
    try {
      channel.position(offset);
    } catch (IOException e) {
      throw unreadable("offset " + offset, e);
    }
    buffer.limit(0);
    position = offset;
  }

  /** Bytes of the file, as it was when it was opened. */
  long size() {
    return size;
  }

  /** Bytes from here to the end. */
  long remaining() {
    return size - position;
  }

  /** A fault at an offset. */
  ModelFileException fault(long offset, String field, String found, String allowed) {
    return new ModelFileException(file, offset, field, found, allowed);
  }

  /** Refuses a count whose elements, of at least {@code minBytes} each, cannot all be there. */
  void checkCount(long at, String field, long count, long minBytes) {
    if (count < 0 || count > remaining() / minBytes) {
      throw fault(
          at,
          field,
          Long.toUnsignedString(count),
          "at most " + remaining() / minBytes + " in the " + remaining() + " bytes that remain");
    }
  }

  int u8(String field) {
    return next(field, 1).get() & 0xff;
  }

  long u32(String field) {
    return next(field, 4).getInt() & 0xffffffffL;
  }

  /** A 64-bit number. As an unsigned one it is too large for anything here when it is negative. */
  long u64(String field) {
    return next(field, 8).getLong();
  }

  /** A number of the given type, as {@link ScalarType} has it. */
  long scalar(ScalarType type, String field) {
    ByteBuffer bytes = next(field, type.bytes());
    long bits = type.bits(bytes, bytes.position());
    bytes.position(bytes.position() + type.bytes());
    return bits;
  }

  /** The next {@code count} bytes. The caller has checked the count. */
  byte[] bytes(int count, String field) {
    byte[] bytes = new byte[count];
    read(ByteBuffer.wrap(bytes), field);
    return bytes;
  }

  /** A text: its length in 64 bits, then UTF-8. */
  String text(String field, int limit) {
    long at = position;
    long length = u64(field);
    if (length < 0 || length > limit) {
      throw fault(
          at, field + " length", Long.toUnsignedString(length), "at most " + limit + " bytes");
    }
    checkCount(at, field + " length", length, 1);
    byte[] bytes = bytes((int) length, field);
    String text = new String(bytes, StandardCharsets.UTF_8);
    // U+FFFD stands in the file, or in place of bytes that are no UTF-8.
    if (text.indexOf('\uFFFD') >= 0 && !isUtf8(bytes)) {
      throw fault(at, field, "not UTF-8", "UTF-8");
    }
    return text;
  }

  /** Fills the target. */
  void read(ByteBuffer target, String field) {
    int wanted = target.remaining();
    require(field, wanted);
    if (buffer.remaining() >= wanted) {
      target.put(buffer.slice(buffer.position(), wanted));
      buffer.position(buffer.position() + wanted);
      position += wanted;
      return;
    }
    position += buffer.remaining();
    target.put(buffer);
    while (target.hasRemaining()) {
      position += fill(target, field);
    }
  }

  /** A buffer whose next {@code count} bytes, a few, are the file's next ones. */
  private ByteBuffer next(String field, int count) {
    require(field, count);
    while (buffer.remaining() < count) {
      buffer.compact();
      // Never past the size at opening: a file that grows does not change what is read.
      buffer.limit((int) Math.min(BUFFER, size - position));
      fill(buffer, field);
      buffer.flip();
    }
    position += count;
    return buffer;
  }

  private void require(String field, long count) {
    if (count > remaining()) {
      throw fault(
          position,
          field,
          "cut off after " + remaining() + " bytes",
          "at least " + count + " bytes");
    }
  }

  private int fill(ByteBuffer target, String field) {
    try {
      int count = channel.read(target);
      if (count <= 0) {
        throw fault(
            position,
            field,
            "cut off: the file has become shorter since it was opened",
            size + " bytes as at opening");
      }
      return count;
    } catch (IOException e) {
      throw unreadable(field, e);
    }
  }

  private ModelFileException unreadable(String field, IOException e) {
    var fault = fault(position, field, "unreadable (" + e + ")", "a file that can be read");
    fault.initCause(e);
    return fault;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
