package org.msrnn.core.tokenizer;

import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.format.Metadata;

/**
 * Cuts a text into the words within which byte-level BPE merges. Each is a regular expression of
 * the original tokenizers, written as a scanner: no recursion, and linear in the text.
 */
enum PreTokenizer {
  /** {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. */
  GPT2 {
    @Override
    int next(int[] text, int from, int end) {
      return classic(text, from, end);
    }
  },
  /** SmolLM: every digit is a word, and what lies between is cut as by {@link #GPT2}. */
  SMOLLM {
    @Override
    int next(int[] text, int from, int end) {
      if (isNumber(text[from])) {
        return from + 1;
      }
      int at = from;
      while (at < end && isSpace(text[at])) {
        at++;
      }
      // White space before a digit ends a text of its own: nothing is left over for the digit.
      return at > from && at < end && isNumber(text[at]) ? at : classic(text, from, end);
    }
  },
  /**
   * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*}
   * {@code |\s*[\r\n]+|\s+(?!\S)|\s+}.
   */
  QWEN2 {
    @Override
    int next(int[] text, int from, int end) {
      return modern(text, from, end, 1);
    }
  },
  /** Llama 3: as {@link #QWEN2}, but with {@code \p{N}{1,3}}. */
  LLAMA_BPE {
    @Override
    int next(int[] text, int from, int end) {
      return modern(text, from, end, 3);
    }

    @Override
    boolean wholeWordsFirst() {
      return true;
    }

    @Override
    boolean addsBos() {
      return true;
    }
  };

  private static final String KEY = "tokenizer.ggml.pre";

  /** The one that a file names, also by the other names in use. */
  static PreTokenizer from(Metadata metadata) {
    return switch (metadata.string(KEY, "")) {
      case "gpt2", "gpt-2" -> GPT2;
      case "smollm" -> SMOLLM;
      case "qwen2" -> QWEN2;
      case "llama-bpe", "llama3", "llama-v3" -> LLAMA_BPE;
      default ->
          throw new UnsupportedModelException(
              metadata.file()
                  + ": "
                  + KEY
                  + " is "
                  + metadata.shown(KEY)
                  + ", msrnn has gpt2, smollm, qwen2 and llama-bpe");
    };
  }

  /**
   * Where the word ends that starts at {@code from}.
   *
   * @param text code points
   * @param from start of the word, below {@code end}
   * @param end end of the text
   */
  abstract int next(int[] text, int from, int end);

  /** Whether a word that is a token is that token, whatever the merges would make of it. */
  boolean wholeWordsFirst() {
    return false;
  }

  /** Whether BOS is added where the file does not say. */
  boolean addsBos() {
    return false;
  }

  private static int classic(int[] text, int from, int end) {
    int contraction = contraction(text, from, end, false);
    if (contraction > 0) {
      return from + contraction;
    }
    int at = text[from] == ' ' && from + 1 < end ? from + 1 : from;
    if (isLetter(text[at])) {
      return letters(text, at, end);
    }
    if (isNumber(text[at])) {
      return numbers(text, at, end, Integer.MAX_VALUE);
    }
    if (!isSpace(text[at])) {
      return others(text, at, end);
    }
    return spaces(text, from, end, false);
  }

  private static int modern(int[] text, int from, int end, int digits) {
    int contraction = contraction(text, from, end, true);
    if (contraction > 0) {
      return from + contraction;
    }
    int c = text[from];
    if (isLetter(c)) {
      return letters(text, from, end);
    }
    if (isNumber(c)) {
      return numbers(text, from, end, digits);
    }
    boolean more = from + 1 < end;
    if (more && c != '\r' && c != '\n' && isLetter(text[from + 1])) {
      return letters(text, from + 1, end);
    }
    int at = c == ' ' && more ? from + 1 : from;
    if (!isSpace(text[at]) && !isNumber(text[at])) {
      int after = others(text, at, end);
      while (after < end && (text[after] == '\r' || text[after] == '\n')) {
        after++;
      }
      return after;
    }
    return spaces(text, from, end, true);
  }

  /** Length of an English contraction's tail that starts here, or 0. */
  private static int contraction(int[] text, int from, int end, boolean anyCase) {
    if (text[from] != '\'' || from + 1 == end) {
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

  private static int letters(int[] text, int from, int end) {
    int at = from + 1;
    while (at < end && isLetter(text[at])) {
      at++;
    }
    return at;
  }

  private static int numbers(int[] text, int from, int end, int most) {
    int at = from + 1;
    while (at < end && at - from < most && isNumber(text[at])) {
      at++;
    }
    return at;
  }

  private static int others(int[] text, int from, int end) {
    int at = from + 1;
    while (at < end && !isSpace(text[at]) && !isLetter(text[at]) && !isNumber(text[at])) {
      at++;
    }
    return at;
  }

  /** White space: up to its last line break where those count, else all but one before a word. */
  private static int spaces(int[] text, int from, int end, boolean breaks) {
    int at = from;
    int afterBreak = -1;
    while (at < end && isSpace(text[at])) {
      at++;
      if (text[at - 1] == '\r' || text[at - 1] == '\n') {
        afterBreak = at;
      }
    }
    if (breaks && afterBreak > 0) {
      return afterBreak;
    }
    return at < end && at - from > 1 ? at - 1 : at;
  }

  /** {@code \p{L}}. */
  private static boolean isLetter(int c) {
    return Character.isLetter(c);
  }

  /** {@code \p{N}}. */
  private static boolean isNumber(int c) {
    return switch (Character.getType(c)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }

  /** {@code \s}: Unicode's property White_Space. */
  private static boolean isSpace(int c) {
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
