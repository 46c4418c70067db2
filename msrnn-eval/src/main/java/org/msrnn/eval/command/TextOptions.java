package org.msrnn.eval.command;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.Model;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.task.TextProtocol;
import picocli.CommandLine.Option;

/** How texts become streams of tokens. */
final class TextOptions {
  /** Tokens of a chunk in arXiv 2401.06104, section 4.1. */
  static final int PAPER_CHUNK = 4096;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description =
          "Cut a document into streams of N tokens, or none for one stream. Default: 4096; none for"
              + " --tokens; in a sweep no more than the model's context.")
  @Nullable String chunk;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Stop each document after N predicted tokens.")
  @Nullable Long limit;

  @Option(
      names = "--bos",
      negatable = true,
      description = "Whether BOS is given before each stream. Default: as the model says.")
  @Nullable Boolean bos;

  @Option(
      names = "--short-last-chunk",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether a last chunk shorter than the others counts. Default: it does.")
  boolean shortLastChunk;

  TextOptions() {}

  /** Tokens of a chunk or prompt for which nothing was said: the context, at most the paper's. */
  static int longest(Model model) {
    return Math.min(model.info().context(), PAPER_CHUNK);
  }

  /** Whether BOS is given before a text: as was asked for, or as the model says. */
  static boolean bos(@Nullable Boolean asked, Tokenizer tokenizer) {
    return asked == null ? tokenizer.addsBos() && tokenizer.bos().isPresent() : asked;
  }

  /** The protocol for texts: the paper's chunks unless the user says otherwise. */
  TextProtocol forText(Tokenizer tokenizer) {
    return forText(tokenizer, PAPER_CHUNK, null);
  }

  /** The protocol for texts, with a chunk and a limit for where the user gave none. */
  TextProtocol forText(Tokenizer tokenizer, int chunkOtherwise, @Nullable Long limitOtherwise) {
    boolean before = bos(bos, tokenizer);
    return new TextProtocol(
        chunk(Integer.toString(chunkOtherwise)),
        limit == null ? limitOtherwise : limit,
        before,
        shortLastChunk);
  }

  /** The protocol for token ids: all of them are the stream, BOS or not. */
  TextProtocol forIds() {
    if (Boolean.TRUE.equals(bos)) {
      throw new InvalidOptionException(
          "--bos", "--bos does not go with --tokens: the ids given are the whole stream");
    }
    return new TextProtocol(chunk("none"), limit, false, shortLastChunk);
  }

  private @Nullable Integer chunk(String otherwise) {
    String text = chunk == null ? otherwise : chunk.strip();
    if (text.equals("none")) {
      return null;
    }
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new InvalidOptionException("chunk", "'" + text + "'", "a count of tokens, or none");
    }
  }
}
