package org.msrnn.core.tokenizer;

import java.util.BitSet;
import java.util.Map;

/**
 * Tokens that a vocabulary's author added as whole words. They are ordinary text, found before
 * anything is merged: the leftmost first, and of those that start together the longest.
 */
final class UserTokens {
  /** What lies between the tokens, and the tokens. */
  interface Parts {
    /** A part without user tokens, not empty. */
    void text(int from, int to);

    /** A user token. */
    void token(int id);
  }

  private static final int NONE = -1;

  /** In the order of their characters: what a text starts with lies just before the text. */
  private final String[] texts;

  private final int[] ids;

  /** For each token the longest other one that it starts with. */
  private final int[] shorter;

  private final BitSet firstCharacters = new BitSet();

  UserTokens(Map<String, Integer> idsByText) {
    texts = idsByText.keySet().stream().filter(t -> !t.isEmpty()).sorted().toArray(String[]::new);
    ids = new int[texts.length];
    shorter = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      ids[i] = idsByText.getOrDefault(texts[i], NONE);
      shorter[i] = startOf(texts[i], 0, i - 1);
      firstCharacters.set(texts[i].charAt(0));
    }
  }

  /** Walks through a text. */
  void split(String text, Parts parts) {
    int from = 0;
    for (int at = firstCharacters.isEmpty() ? text.length() : 0; at < text.length(); ) {
      int token = match(text, at);
      if (token < 0) {
        at++;
        continue;
      }
      if (at > from) {
        parts.text(from, at);
      }
      parts.token(ids[token]);
      at += texts[token].length();
      from = at;
    }
    if (from < text.length()) {
      parts.text(from, text.length());
    }
  }

  /** The longest token that stands at a place, or below 0. */
  private int match(String text, int at) {
    if (!firstCharacters.get(text.charAt(at))) {
      return NONE;
    }
    int low = 0;
    int high = texts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(texts[middle], text, at) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return startOf(text, at, low - 1);
  }

  /** The first of a token and its ever shorter starts that stands at a place. */
  private int startOf(String text, int at, int token) {
    int candidate = token;
    while (candidate >= 0 && !text.startsWith(texts[candidate], at)) {
      candidate = shorter[candidate];
    }
    return candidate;
  }

  /** Compares a token with the rest of a text; where that starts with the token, it is greater. */
  private static int compare(String token, String text, int at) {
    int common = Math.min(token.length(), text.length() - at);
    for (int i = 0; i < common; i++) {
      int difference = Character.compare(token.charAt(i), text.charAt(at + i));
      if (difference != 0) {
        return difference;
      }
    }
    return token.length() == common ? 0 : 1;
  }
}
