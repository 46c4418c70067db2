package org.msrnn.core.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What SentencePiece's two models (arXiv 1808.06226) share: characters, tokens that are one byte
 * each, {@code <0x00>} to {@code <0xFF>}, for characters that are no token, and the token for what
 * has not even these. Spaces are written U+2581.
 */
final class Pieces {
  private static final char SPACE = '\u2581';

  /**
   * What sentencepiece itself writes for a token that stands for no text: a sign and two spaces.
   */
  private static final byte[] UNKNOWN_BYTES = " \u2047 ".getBytes(StandardCharsets.UTF_8);

  private final Vocabulary vocabulary;
  private final Map<String, Integer> ids = new HashMap<>();
  private final int[] byteIds = new int[256];
  private final int unknown;
  private final boolean fuses;
  private final byte[][] bytes;

  /** Which characters stand side by side in a token. */
  private final PairTable neighbours = new PairTable(1 << 12);

  /**
   * The pieces of a vocabulary.
   *
   * @param unknown the token for characters that have no bytes
   * @param fuses whether there is one of it for any number of such characters
   */
  Pieces(Vocabulary vocabulary, OptionalInt unknown, boolean fuses) {
    this.vocabulary = vocabulary;
    this.unknown = unknown.orElse(-1);
    this.fuses = fuses;
    Arrays.fill(byteIds, -1);
    bytes = new byte[vocabulary.size()][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytesOf(i);
      if (vocabulary.type(i).isText()) {
        ids.putIfAbsent(vocabulary.text(i), i);
        addNeighbours(vocabulary.text(i));
      }
    }
    if (unknown.isEmpty() && Arrays.stream(byteIds).anyMatch(id -> id < 0)) {
      throw vocabulary
          .source()
          .fault(
              vocabulary.source().tokens(),
              "without tokens for all 256 bytes, and without one for what is unknown",
              "one or the other");
    }
  }

  private byte[] bytesOf(int token) {
    String text = vocabulary.text(token);
    return switch (vocabulary.type(token)) {
      case CONTROL -> new byte[0];
      case UNKNOWN -> UNKNOWN_BYTES;
      case BYTE -> {
        int b = byteOf(token, text);
        if (byteIds[b] < 0) {
          byteIds[b] = token;
        }
        yield new byte[] {(byte) b};
      }
      default -> text.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
    };
  }

  /** Whether a text is written as a token of one byte. */
  static boolean isByte(String text) {
    return text.matches("<0x[0-9A-Fa-f]{2}>");
  }

  private int byteOf(int token, String text) {
    if (!isByte(text)) {
      throw vocabulary
          .source()
          .fault(
              vocabulary.source().tokens() + "[" + token + "]",
              Source.shown(text) + " of type byte",
              "<0x00> to <0xFF>");
    }
    return Integer.parseInt(text, 3, 5, 16);
  }

  private void addNeighbours(String text) {
    int[] points = CodePoints.of(text);
    for (int i = 1; i < points.length; i++) {
      neighbours.put(points[i - 1], points[i], 0);
    }
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Ids by text of all tokens that text may become. */
  Map<String, Integer> ids() {
    return ids;
  }

  byte[] bytes(int token) {
    return bytes[token].clone();
  }

  /**
   * The end of what can be encoded by itself: where two characters meet that stand side by side in
   * no token.
   */
  int part(int[] text, int from, int to) {
    int at = from + 1;
    while (at < to && neighbours.find(text[at - 1], text[at]) != PairTable.NONE) {
      at++;
    }
    return at;
  }

  /** Writes tokens, those of characters without a token too. */
  final class Writer {
    private final Ids out;
    private boolean inUnknown;

    Writer(Ids out) {
      this.out = out;
    }

    /** A word begins: what is unknown is not one with that of the word before. */
    void begin() {
      inUnknown = false;
    }

    void token(int id) {
      out.add(id);
      inUnknown = false;
    }

    /** A character that is no token. */
    void character(int c) {
      byte[] utf8 = Character.toString(c).getBytes(StandardCharsets.UTF_8);
      boolean allBytes = true;
      for (byte b : utf8) {
        allBytes &= byteIds[b & 0xff] >= 0;
      }
      if (allBytes) {
        for (byte b : utf8) {
          token(byteIds[b & 0xff]);
        }
      } else if (!inUnknown || !fuses) {
        out.add(unknown);
        inUnknown = true;
      }
    }
  }
}
