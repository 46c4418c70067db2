package org.msrnn.core.tokenizer;

import static org.msrnn.core.tokenizer.CharacterClass.isBreak;
import static org.msrnn.core.tokenizer.CharacterClass.isLetter;
import static org.msrnn.core.tokenizer.CharacterClass.isLower;
import static org.msrnn.core.tokenizer.CharacterClass.isNumber;
import static org.msrnn.core.tokenizer.CharacterClass.isPunctuation;
import static org.msrnn.core.tokenizer.CharacterClass.isSpace;
import static org.msrnn.core.tokenizer.CharacterClass.isUpper;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Cuts a text into words, within which tokens are made. Each is a regular expression of the
 * original tokenizers, written as a scanner: no recursion, and linear in the text. What the
 * expression does not match is a word too. A tokenizer may have several: each cuts the words of the
 * one before.
 */
enum PreTokenizer {
  /** GPT-2, OLMo, and after {@link #DIGITS} SmolLM, StarCoder and Granite 3. */
  GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+") {
    @Override
    int next(int[] text, int from, int end) {
      return classic(text, from, end);
    }
  },
  /** Qwen 2 and 3. */
  QWEN2(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+") {
    @Override
    int next(int[] text, int from, int end) {
      return modern(text, from, end, 1);
    }
  },
  /** Llama 3, SmolLM 3, OLMo 2 and GPT-4: as {@link #QWEN2}, but three digits go together. */
  LLAMA3(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+") {
    @Override
    int next(int[] text, int from, int end) {
      return modern(text, from, end, 3);
    }
  },
  /** Mistral Nemo and later ones: a capital begins a word. */
  TEKKEN(
      "[^\\r"
          + "\\n"
          + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r"
          + "\\n"
          + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r"
          + "\\n"
          + "/]*|\\s*[\\r"
          + "\\n"
          + "]+|\\s+(?!\\S)|\\s+") {
    @Override
    int next(int[] text, int from, int end) {
      int word = casedWord(text, from, end);
      return word > from ? word : rest(text, from, end, 1, true);
    }
  },
  /** GPT-4o and Phi-4 mini: as {@link #TEKKEN}, with contractions and three digits together. */
  GPT4O(
      "[^\\r"
          + "\\n"
          + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r"
          + "\\n"
          + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r"
          + "\\n"
          + "/]*|\\s*[\\r"
          + "\\n"
          + "]+|\\s+(?!\\S)|\\s+") {
    @Override
    int next(int[] text, int from, int end) {
      int word = casedWord(text, from, end);
      return word > from
          ? word + contraction(text, word, end, true)
          : rest(text, from, end, 3, true);
    }
  },
  /** Every digit is a word. */
  DIGITS("\\p{N}") {
    @Override
    int next(int[] text, int from, int end) {
      return isNumber(text[from]) ? from + 1 : run(text, from, end, c -> !isNumber(c));
    }
  },
  /** Digits that stand together are a word. */
  NUMBERS("\\p{N}+") {
    @Override
    int next(int[] text, int from, int end) {
      return runs(text, from, end, CharacterClass::isNumber);
    }
  },
  /** Of digits that stand together, three each are a word. */
  THREE_DIGITS("[0-9][0-9][0-9]") {
    @Override
    int next(int[] text, int from, int end) {
      int digits = 0;
      for (int at = from; at < end; at++) {
        digits = text[at] >= '0' && text[at] <= '9' ? digits + 1 : 0;
        if (digits == 3) {
          // What stands before the three is a word of its own.
          return at - 2 > from ? at - 2 : at + 1;
        }
      }
      return end;
    }
  },
  /** Punctuation that stands together is a word. */
  PUNCTUATION("[\\p{P}\\$\\+<=>\\^~\\|]+") {
    @Override
    int next(int[] text, int from, int end) {
      return runs(text, from, end, c -> isPunctuation(c) || "$+<=>^~|".indexOf(c) >= 0);
    }
  },
  /** A space ends a word. */
  AFTER_SPACE(" ") {
    @Override
    int next(int[] text, int from, int end) {
      return Math.min(end, run(text, from, end, c -> c != ' ') + 1);
    }
  },
  /** A space, which SentencePiece writes so, begins a word. */
  BEFORE_SPACE("\u2581") {
    @Override
    int next(int[] text, int from, int end) {
      return run(text, from + 1, end, c -> c != '\u2581');
    }
  };

  private final String expression;

  PreTokenizer(String expression) {
    this.expression = expression;
  }

  /** The one with exactly this regular expression. */
  static Optional<PreTokenizer> of(String expression) {
    return Arrays.stream(values()).filter(p -> p.expression.equals(expression)).findFirst();
  }

  /** The regular expression. */
  String expression() {
    return expression;
  }

  /** Whether the expression leaves no character of any text out. */
  boolean matchesAll() {
    return expression.endsWith("|\\s+");
  }

  /**
   * Where the word ends that starts at {@code from}.
   *
   * @param text code points
   * @param from start of the word, below {@code end}
   * @param end end of the text
   */
  abstract int next(int[] text, int from, int end);

  private static int classic(int[] text, int from, int end) {
    int contraction = contraction(text, from, end, false);
    if (contraction > 0) {
      return from + contraction;
    }
    int at = text[from] == ' ' && from + 1 < end ? from + 1 : from;
    if (isLetter(text[at])) {
      return run(text, at, end, CharacterClass::isLetter);
    }
    if (isNumber(text[at])) {
      return run(text, at, end, CharacterClass::isNumber);
    }
    return isSpace(text[at]) ? spaces(text, from, end, false) : others(text, at, end);
  }

  private static int modern(int[] text, int from, int end, int digits) {
    int contraction = contraction(text, from, end, true);
    if (contraction > 0) {
      return from + contraction;
    }
    int at = afterPrefix(text, from, end);
    if (at < end && isLetter(text[at])) {
      return run(text, at, end, CharacterClass::isLetter);
    }
    return rest(text, from, end, digits, false);
  }

  /** What the newer expressions have after their words: digits, signs, white space. */
  private static int rest(int[] text, int from, int end, int digits, boolean slashes) {
    if (isNumber(text[from])) {
      return run(text, from, Math.min(end, from + digits), CharacterClass::isNumber);
    }
    int at = text[from] == ' ' && from + 1 < end ? from + 1 : from;
    if (!isSpace(text[at]) && !isNumber(text[at]) && !isLetter(text[at])) {
      return run(text, others(text, at, end), end, c -> isBreak(c) || (slashes && c == '/'));
    }
    return spaces(text, from, end, true);
  }

  /** After the one character that may stand before the letters of a word. */
  private static int afterPrefix(int[] text, int from, int end) {
    int c = text[from];
    return from < end && !isBreak(c) && !isLetter(c) && !isNumber(c) ? from + 1 : from;
  }

  /** The end of a word of capitals, then small letters; {@code from} if none starts here. */
  private static int casedWord(int[] text, int from, int end) {
    int start = afterPrefix(text, from, end);
    for (int first = start; first >= from; first--) {
      int word = withSmallLetters(text, first, end);
      if (word > first) {
        return word;
      }
    }
    int capitals = run(text, start, end, CharacterClass::isUpper);
    return capitals > start ? capitals : from;
  }

  /** The end of any capitals and at least one small letter; {@code from} if there are none. */
  private static int withSmallLetters(int[] text, int from, int end) {
    int last = from;
    int at = from;
    for (; at < end && isUpper(text[at]); at++) {
      if (isLower(text[at])) {
        last = at + 1; // letters without case are both
      }
    }
    return at < end && isLower(text[at]) ? run(text, at, end, CharacterClass::isLower) : last;
  }

  /** Length of an English contraction's tail that starts here, or 0. */
  private static int contraction(int[] text, int from, int end, boolean anyCase) {
    if (from + 1 >= end || text[from] != '\'') {
      return 0;
    }
    int first = lower(text[from + 1], anyCase);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return 2;
    }
    if (from + 2 == end) {
      return 0;
    }
    int second = lower(text[from + 2], anyCase);
    boolean tail =
        ((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l');
    return tail ? 3 : 0;
  }

  private static int lower(int c, boolean anyCase) {
    if (!anyCase) {
      return c;
    }
    // Unicode folds the long s to s.
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c == '\u017f' ? 's' : c;
  }

  private static int others(int[] text, int from, int end) {
    return run(text, from, end, c -> !isSpace(c) && !isLetter(c) && !isNumber(c));
  }

  /** White space: up to its last line break where those count, else all but one before a word. */
  private static int spaces(int[] text, int from, int end, boolean breaks) {
    int at = from;
    int afterBreak = -1;
    while (at < end && isSpace(text[at])) {
      at++;
      if (isBreak(text[at - 1])) {
        afterBreak = at;
      }
    }
    if (breaks && afterBreak > 0) {
      return afterBreak;
    }
    return at < end && at - from > 1 ? at - 1 : at;
  }

  private static int run(int[] text, int from, int end, IntPredicate of) {
    int at = from;
    while (at < end && of.test(text[at])) {
      at++;
    }
    return at;
  }

  /** The end of a run of such characters, or of others. */
  private static int runs(int[] text, int from, int end, IntPredicate of) {
    boolean first = of.test(text[from]);
    return run(text, from, end, c -> of.test(c) == first);
  }
}
