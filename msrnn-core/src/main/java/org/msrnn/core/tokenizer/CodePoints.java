package org.msrnn.core.tokenizer;

import java.util.Arrays;

/** Texts as code points. */
final class CodePoints {
  private static final int REPLACEMENT = 0xfffd;

  private CodePoints() {}

  /** The code points of a part of a text; lone surrogates become U+FFFD. */
  static int[] of(String text, int from, int to) {
    int[] points = new int[to - from];
    int count = 0;
    for (int at = from; at < to; ) {
      char c = text.charAt(at++);
      if (Character.isHighSurrogate(c) && at < to && Character.isLowSurrogate(text.charAt(at))) {
        points[count++] = Character.toCodePoint(c, text.charAt(at++));
      } else {
        points[count++] = Character.isSurrogate(c) ? REPLACEMENT : c;
      }
    }
    return Arrays.copyOf(points, count);
  }
}
