package org.msrnn.core.tokenizer;

import java.util.Random;

/** Random texts that are hard on tokenizers. */
final class Texts {
  private static final String[] PARTS = {
    "a",
    "B",
    "the",
    "th",
    " ",
    "  ",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "'s",
    "'S",
    "'re",
    "'LL",
    "'",
    "1",
    "23",
    "4567",
    ".",
    "!?",
    "(",
    "\u00e9",
    "e\u0301",
    "\u4f60\u597d",
    "\ud83d\ude00",
    "\u00a0",
    "\u2003",
    "\u3000",
    "\u2028",
    "\u0085",
    "\u000b",
    "\u0000",
    "\u200b",
    "\ufeff",
    "'\u017f",
    "\u00bd",
    "\u0663",
    "\u2167",
    "\u01c5",
    "\u02b0",
    "\ufffd",
    "<|end|>",
    "\udbff\udfff"
  };

  private Texts() {}

  /** A well-formed text of at most that many parts: from the list, or any code point. */
  static String random(Random random, int parts) {
    var text = new StringBuilder();
    for (int n = random.nextInt(parts); n > 0; n--) {
      int c = random.nextInt(Character.MAX_CODE_POINT + 1);
      if (random.nextInt(4) > 0 || Character.getType(c) == Character.SURROGATE) {
        text.append(PARTS[random.nextInt(PARTS.length)]);
      } else {
        text.appendCodePoint(c >> random.nextInt(14));
      }
    }
    return replaceLone(text.toString());
  }

  private static String replaceLone(String text) {
    return text.codePoints()
        .map(c -> Character.getType(c) == Character.SURROGATE ? 'x' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
