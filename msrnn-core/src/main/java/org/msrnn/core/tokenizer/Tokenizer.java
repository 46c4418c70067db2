package org.msrnn.core.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** A vocabulary and its rules. Immutable and thread-safe. */
public interface Tokenizer {
  /** How it makes tokens of words, for people: {@code byte-level BPE}. */
  String kind();

  /** Number of token ids. */
  int vocabulary();

  /**
   * Token ids of a text, without BOS or EOS. Text that looks like a special token is text: nothing
   * in a prompt is special.
   */
  int[] encode(String text);

  /**
   * The bytes that a token stands for: UTF-8 of its text, possibly a part of a character; empty for
   * control tokens.
   */
  byte[] bytes(int token);

  /**
   * The special or added token with exactly this text, such as {@code <|im_start|>}. {@link
   * #encode} never makes it of text: chat formats ask for it by name.
   */
  default OptionalInt special(String text) {
    return OptionalInt.empty();
  }

  /** Whether generation ends with this token: EOS, and what ends a turn where the model has one. */
  default boolean ends(int token) {
    OptionalInt eos = eos();
    return eos.isPresent() && eos.getAsInt() == token;
  }

  /** The token that precedes a document, where the model has one. */
  OptionalInt bos();

  /** The token that ends a document, where the model has one. */
  OptionalInt eos();

  /** Whether the model was trained with BOS before a document. */
  boolean addsBos();

  /**
   * Whether encoding puts a space before a text, as SentencePiece does, so that a word has the same
   * tokens wherever it stands; {@link #decode} takes it away again.
   */
  default boolean addsSpacePrefix() {
    return false;
  }

  /** The text of a whole document's token ids; bytes that are no UTF-8 become U+FFFD. */
  default String decode(int... tokens) {
    var out = new ByteArrayOutputStream();
    for (int token : tokens) {
      out.writeBytes(bytes(token));
    }
    String text = out.toString(StandardCharsets.UTF_8);
    return addsSpacePrefix() && text.startsWith(" ") ? text.substring(1) : text;
  }
}
