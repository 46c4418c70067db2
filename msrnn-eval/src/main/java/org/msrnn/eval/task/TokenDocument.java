package org.msrnn.eval.task;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.metric.TextSize;

/**
 * A document as tokens.
 *
 * @param name its name in results
 * @param ids token ids of its text, without BOS
 * @param text the text they stand for; null if the ids were given as such
 * @param tokenizer what made the ids of the text; null if they were given as such
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and too large to copy
public record TokenDocument(
    String name, int[] ids, @Nullable String text, @Nullable Tokenizer tokenizer) {

  /** A text. */
  public static TokenDocument of(String name, String text, Tokenizer tokenizer) {
    return new TokenDocument(name, tokenizer.encode(text), text, tokenizer);
  }

  /**
   * Token ids without a text.
   *
   * @throws MsrnnException if one is not in the vocabulary
   */
  public static TokenDocument of(String name, int[] ids, int vocabulary) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabulary) {
        throw new MsrnnException(
            name + ", id " + i + ": " + ids[i] + ", allowed is 0 to " + (vocabulary - 1));
      }
    }
    return new TokenDocument(name, ids, null, null);
  }

  /** SHA-256 of the ids, 4 bytes each, the highest first. */
  public String digest() {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, ids.length));
    bytes.asIntBuffer().put(ids);
    return Digest.sha256(bytes.array());
  }

  /**
   * One run from an empty multi-state.
   *
   * @param ids what is fed and, but for the first, predicted; the last is predicted alone
   * @param from index of the document's token that comes first
   * @param given tokens before that one: 1 with BOS, else 0
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Stream(int[] ids, int from, int given) {
    int predicted() {
      return ids.length - 1;
    }

    /** Where the token at an index stands in the document, a BOS before the document being 0. */
    long position(int index) {
      return (long) from + index;
    }
  }

  /**
   * The streams of this document.
   *
   * @throws MsrnnException if nothing in it can be predicted
   */
  List<Stream> streams(TextProtocol protocol) {
    int[] before = protocol.bos() ? new int[] {bos()} : new int[0];
    int chunk = protocol.chunk() == null ? Math.max(1, ids.length) : protocol.chunk();
    long left = protocol.limit() == null ? Long.MAX_VALUE : protocol.limit();
    List<Stream> streams = new ArrayList<>();
    for (int from = 0; from < ids.length && left > 0; from += chunk) {
      int length = Math.min(chunk, ids.length - from);
      if (length < chunk && from > 0 && !protocol.shortLastChunk()) {
        break;
      }
      int unpredicted = 1 - before.length;
      int taken = left < length - unpredicted ? (int) left + unpredicted : length;
      if (taken > unpredicted) {
        int[] stream = Arrays.copyOf(before, before.length + taken);
        System.arraycopy(ids, from, stream, before.length, taken);
        streams.add(new Stream(stream, from, before.length));
        left -= taken - unpredicted;
      }
    }
    if (streams.isEmpty()) {
      throw new MsrnnException(
          name
              + " has "
              + ids.length
              + (ids.length == 1 ? " token" : " tokens")
              + ", too few to predict one");
    }
    return streams;
  }

  /** The first ids of the first stream, BOS included, {@code most} of them at most. */
  public int[] start(TextProtocol protocol, int most) {
    int[] first = streams(protocol).getFirst().ids();
    return Arrays.copyOf(first, Math.min(first.length, most));
  }

  /** The size of the text that the streams cover, given tokens included. */
  @Nullable TextSize size(List<Stream> streams) {
    if (text == null || tokenizer == null) {
      return null;
    }
    Stream last = streams.getLast();
    int covered = last.from() + last.ids().length - last.given();
    return TextSize.of(
        covered == ids.length ? text : tokenizer.decode(Arrays.copyOf(ids, covered)));
  }

  private int bos() {
    if (tokenizer == null || tokenizer.bos().isEmpty()) {
      throw new InvalidOptionException(
          "--bos", "--bos was asked for, but this model has no BOS token; use --no-bos");
    }
    return tokenizer.bos().getAsInt();
  }
}
