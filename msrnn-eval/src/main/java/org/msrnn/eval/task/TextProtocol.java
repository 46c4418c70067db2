package org.msrnn.eval.task;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;

/**
 * How a text becomes streams of tokens. The paper cuts a text into chunks that do not overlap and
 * says neither whether each begins with BOS nor whether the last, short one counts, so both are
 * options and part of every result.
 *
 * @param chunk text tokens a stream; null runs a document as one stream
 * @param limit the most predicted tokens a document; null for all
 * @param bos whether BOS is given before each stream; else its first token is given, not predicted
 * @param shortLastChunk whether a last chunk shorter than the others counts
 */
public record TextProtocol(
    @Nullable Integer chunk, @Nullable Long limit, boolean bos, boolean shortLastChunk) {

  /** Refuses counts below 1, and chunks in which nothing is predicted. */
  public TextProtocol {
    if (chunk != null && chunk < (bos ? 1 : 2)) {
      throw new InvalidOptionException(
          "chunk", chunk.toString(), (bos ? "1" : "2") + " or more tokens, or none");
    }
    if (limit != null && limit < 1) {
      throw new InvalidOptionException("limit", limit.toString(), "1 or more tokens");
    }
  }

  /** The same with chunks of no more than so many tokens. */
  public TextProtocol cutTo(int tokens) {
    int cut = chunk == null ? tokens : Math.min(chunk, tokens);
    return new TextProtocol(cut, limit, bos, shortLastChunk);
  }

  /** One stream of so many predicted tokens. */
  public TextProtocol stream(long tokens) {
    return new TextProtocol(null, tokens, bos, shortLastChunk);
  }
}
