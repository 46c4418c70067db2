package org.msrnn.eval.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.msrnn.api.MsrnnException;

/** Text files in UTF-8. */
public final class TextFile {
  private TextFile() {}

  /**
   * A file's text.
   *
   * @throws MsrnnException if it cannot be read, is empty, or is not UTF-8
   */
  public static String read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      String reason = Files.isDirectory(file) ? "it is a folder" : IoReason.of(e);
      throw new MsrnnException("cannot read " + file + ": " + reason, e);
    }
    return decode(bytes, file.toString());
  }

  /**
   * The text of bytes.
   *
   * @param bytes UTF-8
   * @param name what they are, for messages
   * @throws MsrnnException if there are none or they are not UTF-8; names the first bad byte
   */
  public static String decode(byte[] bytes, String name) {
    if (bytes.length == 0) {
      throw new MsrnnException(name + " is empty, a text of one character or more is needed");
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new MsrnnException(
          name
              + ", byte "
              + in.position()
              + ": this is not UTF-8 text; convert the file to UTF-8 first");
    }
    return out.flip().toString();
  }

  /** A resource of this program. */
  public static byte[] resource(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new MsrnnException("the resource " + name + " is missing from this installation");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new MsrnnException("cannot read the resource " + name + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Writes a file as a whole: it has the old content or the new, never a part.
   *
   * @throws MsrnnException if it cannot be written
   */
  public static void replace(Path file, String content) {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(part, content);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (CharacterCodingException e) {
      throw new MsrnnException("cannot write " + file + ": it holds half a surrogate pair", e);
    } catch (IOException e) {
      throw new MsrnnException("cannot write " + file + ": " + IoReason.of(e), e);
    }
  }
}
