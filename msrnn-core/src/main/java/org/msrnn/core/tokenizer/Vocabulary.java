package org.msrnn.core.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Texts and types of tokens, from whatever file. Immutable. */
final class Vocabulary {
  static final int MAX_TOKENS = 1 << 22;

  /** So that a file cannot make a tokenizer slow. Real tokens stay below 200 characters. */
  static final int MAX_LENGTH = 1 << 10;

  /** What ends a turn in the families that msrnn knows: no ordinary text looks like it. */
  private static final Set<String> TURN_ENDS =
      Set.of(
          "<|endoftext|>",
          "<|end_of_text|>",
          "<|eot_id|>",
          "<|eom_id|>",
          "<|im_end|>",
          "<|end|>",
          "<end_of_turn>");

  /** What ends a document where it is special; elsewhere it may be a tag of HTML. */
  private static final Set<String> DOCUMENT_ENDS = Set.of("</s>", "<eos>", "<EOT>");

  /** What a token is. */
  enum Type {
    /** Ordinary text. */
    NORMAL,
    /** What stands for text that has no token. */
    UNKNOWN,
    /** A mark without text of its own, such as BOS. */
    CONTROL,
    /** Text added as a whole, found before anything is merged. */
    USER_DEFINED,
    /** A place that is kept free. */
    UNUSED,
    /** One byte, for text that has no token. */
    BYTE;

    /** Whether text may become such a token by merging. */
    boolean isText() {
      return this == NORMAL || this == USER_DEFINED || this == UNUSED;
    }
  }

  private final Source source;
  private final List<String> texts;
  private final Type[] types;
  private final Map<String, Integer> special;

  /**
   * A vocabulary. What ends a turn is a special token, also where a converter took it for text that
   * was added: a text must not end a turn.
   */
  Vocabulary(Source source, List<String> texts, Type[] types) {
    this.source = source;
    this.texts = texts;
    this.types = types.clone();
    if (texts.isEmpty() || texts.size() > MAX_TOKENS) {
      throw source.fault(source.tokens(), texts.size() + " tokens", "1 to " + MAX_TOKENS);
    }
    for (int i = 0; i < types.length; i++) {
      String text = texts.get(i);
      if (text.length() > MAX_LENGTH) {
        throw source.fault(
            source.tokens() + "[" + i + "]",
            text.length() + " characters long",
            "at most " + MAX_LENGTH);
      }
      boolean marked = types[i] == Type.CONTROL || types[i] == Type.USER_DEFINED;
      if (marked && text.isEmpty()) {
        throw source.fault(
            source.tokens() + "[" + i + "]", "empty, and special", "a text for a special token");
      }
      if (types[i] == Type.USER_DEFINED && TURN_ENDS.contains(text)) {
        this.types[i] = Type.CONTROL;
      }
    }
    this.special = ids(Type.CONTROL, Type.UNKNOWN, Type.USER_DEFINED);
  }

  Source source() {
    return source;
  }

  int size() {
    return texts.size();
  }

  String text(int token) {
    return texts.get(token);
  }

  Type type(int token) {
    return types[token];
  }

  /** Ids by text of the special and added tokens. */
  Map<String, Integer> special() {
    return special;
  }

  /** Whether a token is special and known by its text to end a turn or a document. */
  boolean endsByName(int token) {
    String text = texts.get(token);
    return types[token] == Type.CONTROL
        && (TURN_ENDS.contains(text) || DOCUMENT_ENDS.contains(text));
  }

  /** Ids by text of the tokens of the given types; of two tokens with one text, the first. */
  Map<String, Integer> ids(Type... wanted) {
    Set<Type> set = Set.of(wanted);
    Map<String, Integer> ids = HashMap.newHashMap(set.contains(Type.NORMAL) ? types.length : 64);
    for (int i = 0; i < types.length; i++) {
      if (set.contains(types[i])) {
        ids.putIfAbsent(texts.get(i), i);
      }
    }
    return ids;
  }

  /** The tokens that were added as texts, to be found as they are. */
  List<AddedToken> added() {
    var added = new ArrayList<AddedToken>();
    for (int i = 0; i < types.length; i++) {
      if (types[i] == Type.USER_DEFINED) {
        added.add(AddedToken.of(i, texts.get(i)));
      }
    }
    return added;
  }
}
