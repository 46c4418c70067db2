package org.msrnn.core.tokenizer;

import java.text.Normalizer.Form;

/** Changes a text before tokens are made of it. */
@FunctionalInterface
interface Normalizer {
  /** How SentencePiece writes a space. */
  String SPACE = "\u2581";

  /** Changes nothing. */
  Normalizer NONE = (text, first) -> text;

  /** Unicode's composed form. */
  Normalizer NFC = (text, first) -> Composed.of(text);

  /**
   * The text that is encoded in place of a text.
   *
   * @param text not empty
   * @param first whether the whole text starts with it, and not an added token
   */
  String apply(String text, boolean first);

  /** This, then another. */
  default Normalizer then(Normalizer next) {
    return (text, first) -> next.apply(apply(text, first), first);
  }

  /** Puts something before each text. */
  static Normalizer prepend(String prefix) {
    return (text, first) -> prefix + text;
  }

  /** Replaces all occurrences. */
  static Normalizer replace(String old, String by) {
    return (text, first) -> text.replace(old, by);
  }

  /**
   * Puts a sign before a text that does not start with it, if that is the first one or if always.
   */
  static Normalizer begin(String sign, boolean always) {
    return (text, first) -> (always || first) && !text.startsWith(sign) ? sign + text : text;
  }

  /** NFC, in time that grows with the text alone. */
  final class Composed {
    /** Ordering marks takes time that grows with the square of how many follow each other. */
    private static final int MOST_MARKS = 256;

    private Composed() {}

    static String of(String text) {
      var out = new StringBuilder();
      int from = 0;
      int marks = 0;
      for (int at = 0; at < text.length(); ) {
        int c = text.codePointAt(at);
        marks = CharacterClass.isMark(c) ? marks + 1 : 0;
        if (marks == MOST_MARKS) {
          out.append(java.text.Normalizer.normalize(text.substring(from, at), Form.NFC));
          from = at;
          marks = 0;
        }
        at += Character.charCount(c);
      }
      return out.append(java.text.Normalizer.normalize(text.substring(from), Form.NFC)).toString();
    }
  }
}
