package org.msrnn.core.tokenizer;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Tokens that a vocabulary's author added as wholes. They are ordinary text, found before anything
 * is merged: the leftmost first, and of those that start together the longest.
 */
final class AddedTokens {
  /** What lies between the tokens. */
  @FunctionalInterface
  interface Text {
    /** A part without added tokens, not empty. */
    void text(int from, int to);
  }

  /** What lies between the tokens, and the tokens. */
  interface Parts extends Text {

    /** A added token. */
    void token(int id);
  }

  private static final int NONE = -1;

  /** In the order of their characters: what a text starts with lies just before the text. */
  private final AddedToken[] tokens;

  /** For each token the longest other one that it starts with. */
  private final int[] shorter;

  private final BitSet firstCharacters = new BitSet();

  /** Of two tokens with one text the first counts; tokens without text are never found. */
  AddedTokens(List<AddedToken> added) {
    tokens =
        added.stream()
            .filter(t -> !t.text().isEmpty())
            .sorted(Comparator.comparing(AddedToken::text))
            .toArray(AddedToken[]::new);
    shorter = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      shorter[i] = startOf(tokens[i].text(), 0, i - 1);
      firstCharacters.set(tokens[i].text().charAt(0));
    }
  }

  /** Walks through a text. */
  void split(String text, Parts parts) {
    int from = 0;
    for (int at = firstCharacters.isEmpty() ? text.length() : 0; at < text.length(); ) {
      int match = match(text, at);
      if (match < 0) {
        at++;
        continue;
      }
      AddedToken token = tokens[match];
      int end = at + token.text().length();
      if (token.singleWord() && (wordBefore(text, at) || wordAfter(text, end))) {
        at = end;
        continue;
      }
      int start = token.takesSpaceBefore() ? spacesBefore(text, from, at) : at;
      if (start > from) {
        parts.text(from, start);
      }
      parts.token(token.id());
      at = token.takesSpaceAfter() ? spacesAfter(text, end) : end;
      from = at;
    }
    if (from < text.length()) {
      parts.text(from, text.length());
    }
  }

  private static boolean wordBefore(String text, int at) {
    return at > 0 && CharacterClass.isWord(text.codePointBefore(at));
  }

  private static boolean wordAfter(String text, int at) {
    return at < text.length() && CharacterClass.isWord(text.codePointAt(at));
  }

  private static int spacesBefore(String text, int from, int at) {
    int start = at;
    while (start > from && CharacterClass.isSpace(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static int spacesAfter(String text, int at) {
    int end = at;
    while (end < text.length() && CharacterClass.isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** The longest token that stands at a place, or below 0. */
  private int match(String text, int at) {
    if (!firstCharacters.get(text.charAt(at))) {
      return NONE;
    }
    int low = 0;
    int high = tokens.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(tokens[middle].text(), text, at) <= 0) {
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
    while (candidate >= 0 && !text.startsWith(tokens[candidate].text(), at)) {
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
