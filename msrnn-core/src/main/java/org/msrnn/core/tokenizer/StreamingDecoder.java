package org.msrnn.core.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns tokens into text as they come. A character whose bytes are spread over several tokens is
 * held back until it is whole. Not thread-safe.
 */
public final class StreamingDecoder {
  /** A character of UTF-8 has at most four bytes: three may be waiting. */
  private static final int MAX_WAITING = 3;

  private final Tokenizer tokenizer;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] waiting = {};
  private boolean dropSpace;

  /**
   * A decoder without history.
   *
   * @param tokenizer whose tokens come
   * @param atStart whether the first token starts a document, so that a space prefix is dropped;
   *     false where the tokens continue a text
   */
  public StreamingDecoder(Tokenizer tokenizer, boolean atStart) {
    this.tokenizer = tokenizer;
    this.dropSpace = atStart && tokenizer.addsSpacePrefix();
  }

  /** The text that is complete with this token, possibly none. */
  public String next(int token) {
    byte[] bytes = tokenizer.bytes(token);
    int from = 0;
    if (dropSpace && bytes.length > 0) {
      dropSpace = false;
      from = bytes[0] == ' ' ? 1 : 0;
    }
    ByteBuffer in = ByteBuffer.allocate(waiting.length + bytes.length - from);
    return decode(in.put(waiting).put(bytes, from, bytes.length - from).flip(), false);
  }

  /** What is still held back, as U+FFFD: a character that was never completed. */
  public String end() {
    return decode(ByteBuffer.wrap(waiting), true);
  }

  private String decode(ByteBuffer in, boolean last) {
    CharBuffer out = CharBuffer.allocate(in.remaining() + MAX_WAITING);
    utf8.decode(in, out, last);
    if (last) {
      utf8.flush(out);
      utf8.reset();
    }
    waiting = new byte[in.remaining()];
    in.get(waiting);
    return out.flip().toString();
  }
}
