package org.msrnn.core.tokenizer;

/** The classes of code points that tokenizers' regular expressions name. */
final class CharacterClass {
  private static final int LETTERS_WITHOUT_CASE =
      1 << Character.MODIFIER_LETTER | 1 << Character.OTHER_LETTER;
  private static final int MARKS =
      1 << Character.NON_SPACING_MARK
          | 1 << Character.COMBINING_SPACING_MARK
          | 1 << Character.ENCLOSING_MARK;
  private static final int NUMBERS =
      1 << Character.DECIMAL_DIGIT_NUMBER
          | 1 << Character.LETTER_NUMBER
          | 1 << Character.OTHER_NUMBER;
  private static final int PUNCTUATION =
      1 << Character.CONNECTOR_PUNCTUATION
          | 1 << Character.DASH_PUNCTUATION
          | 1 << Character.START_PUNCTUATION
          | 1 << Character.END_PUNCTUATION
          | 1 << Character.INITIAL_QUOTE_PUNCTUATION
          | 1 << Character.FINAL_QUOTE_PUNCTUATION
          | 1 << Character.OTHER_PUNCTUATION;
  private static final int UPPER =
      LETTERS_WITHOUT_CASE
          | MARKS
          | 1 << Character.UPPERCASE_LETTER
          | 1 << Character.TITLECASE_LETTER;
  private static final int LOWER = LETTERS_WITHOUT_CASE | MARKS | 1 << Character.LOWERCASE_LETTER;

  private CharacterClass() {}

  private static boolean isOf(int c, int types) {
    return (types >> Character.getType(c) & 1) != 0;
  }

  /** {@code \p{L}}. */
  static boolean isLetter(int c) {
    return Character.isLetter(c);
  }

  /** {@code \p{N}}. */
  static boolean isNumber(int c) {
    return isOf(c, NUMBERS);
  }

  /** {@code \p{M}}. */
  static boolean isMark(int c) {
    return isOf(c, MARKS);
  }

  /** {@code \p{P}}. */
  static boolean isPunctuation(int c) {
    return isOf(c, PUNCTUATION);
  }

  /** {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}: what may stand in a word of capitals. */
  static boolean isUpper(int c) {
    return isOf(c, UPPER);
  }

  /** {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}: what may stand in a word of small letters. */
  static boolean isLower(int c) {
    return isOf(c, LOWER);
  }

  /** {@code \w} of Unicode's UTS 18: what a word may be made of. */
  static boolean isWord(int c) {
    return Character.isAlphabetic(c)
        || isMark(c)
        || Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
        || Character.getType(c) == Character.CONNECTOR_PUNCTUATION
        || c == 0x200c
        || c == 0x200d;
  }

  /** {@code [\r\n]}. */
  static boolean isBreak(int c) {
    return c == '\r' || c == '\n';
  }

  /** {@code \s}: Unicode's property White_Space. */
  static boolean isSpace(int c) {
    return (c >= '\t' && c <= '\r')
        || c == ' '
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }
}
