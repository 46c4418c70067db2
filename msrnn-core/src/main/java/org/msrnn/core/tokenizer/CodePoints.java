package org.msrnn.core.tokenizer;

import java.util.Arrays;

/** Texts as code points. */
final class CodePoints {
  private static final int REPLACEMENT = 0xfffd;

  private CodePoints() {}

  /** The text with U+FFFD in place of lone surrogates. */
  static String wellFormed(String text) {
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      if (isSurrogate(c)) {
        int[] points = of(text);
        return new String(points, 0, points.length);
      }
      at += Character.charCount(c);
    }
    return text;
  }

  /** The code points of a text; lone surrogates become U+FFFD. */
  static int[] of(String text) {
    int[] points = new int[text.length()];
    int count = 0;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      points[count++] = isSurrogate(c) ? REPLACEMENT : c;
    }
    return Arrays.copyOf(points, count);
  }

  private static boolean isSurrogate(int c) {
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
  }
}
