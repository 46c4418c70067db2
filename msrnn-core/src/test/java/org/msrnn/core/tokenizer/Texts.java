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
    "<0x41>",
    "\u2581",
    "   ",
    "\n\n",
    "THE",
    "The",
    "camelCase",
    "/",
    "//",
    "x = {1: 'y'}",
    "1234567890",
    "3.14",
    "\u2019s",
    "A\u030a",
    "\u0323\u0307",
    "\u1100\u1161\u11a8",
    "\ufb01",
    "\u1e9e",
    "\u0416\u0438",
    "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "\u0645\u0631\u062d\u0628\u0627",
    "\ud55c\uad6d\uc5b4",
    "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
    "\ud83c\udde9\ud83c\uddea",
    "<tool>",
    "<tools>",
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

  /** A text as by {@link #random}, a run of one part, or a piece of prose. */
  static String mixed(Random random, String prose) {
    return switch (random.nextInt(4)) {
      case 0 -> {
        int from = random.nextInt(prose.length());
        yield replaceLone(
            prose.substring(from, Math.min(prose.length(), from + random.nextInt(200))));
      }
      case 1 ->
          PARTS[random.nextInt(PARTS.length)].repeat(random.nextInt(60))
              + PARTS[random.nextInt(PARTS.length)];
      default -> random(random, 40);
    };
  }

  private static String replaceLone(String text) {
    return text.codePoints()
        .map(c -> Character.getType(c) == Character.SURROGATE ? 'x' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
