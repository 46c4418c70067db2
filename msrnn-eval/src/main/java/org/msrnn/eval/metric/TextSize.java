package org.msrnn.eval.metric;

import java.nio.charset.StandardCharsets;

/**
 * The size of a text in the units of perplexity.
 *
 * @param words maximal runs of characters that are not white space
 * @param bytes UTF-8 bytes
 * @param characters Unicode code points
 */
public record TextSize(long words, long bytes, long characters) {
  /** No text. */
  public static final TextSize NONE = new TextSize(0, 0, 0);

  /** The size of a text. */
  public static TextSize of(String text) {
    long words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      boolean space = Character.isWhitespace(character) || Character.isSpaceChar(character);
      if (!space && !inWord) {
        words++;
      }
      inWord = !space;
    }
    return new TextSize(
        words, text.getBytes(StandardCharsets.UTF_8).length, text.codePointCount(0, text.length()));
  }

  /** Both texts, one after the other; a word is not joined across them. */
  public TextSize plus(TextSize other) {
    return new TextSize(
        Math.addExact(words, other.words),
        Math.addExact(bytes, other.bytes),
        Math.addExact(characters, other.characters));
  }
}
