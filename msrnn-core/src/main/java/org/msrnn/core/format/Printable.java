package org.msrnn.core.format;

import java.util.Locale;

/** Text from a file, made fit for a message or a terminal. */
final class Printable {
  private static final int LIMIT = 100;

  private Printable() {}

  /** The text, cut after 100 characters, with everything that could steer a terminal escaped. */
  static String of(String text) {
    var out = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      if (out.length() >= LIMIT) {
        return out.append("... (").append(text.length()).append(" characters)").toString();
      }
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      switch (Character.getType(c)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.UNASSIGNED,
            Character.PRIVATE_USE,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR ->
            out.append(String.format(Locale.ROOT, "\\u{%x}", c));
        default -> out.appendCodePoint(c);
      }
    }
    return out.toString();
  }
}
