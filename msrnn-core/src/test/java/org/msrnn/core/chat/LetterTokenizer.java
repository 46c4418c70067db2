package org.msrnn.core.chat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.msrnn.core.tokenizer.Tokenizer;

/** A token for each UTF-16 unit, and behind them the special tokens. */
record LetterTokenizer(List<String> specials, boolean addsBos, boolean addsSpacePrefix)
    implements Tokenizer {
  private static final int LETTERS = 1 << 16;
  private static final String BOS = "<s>";
  private static final String EOS = "</s>";

  /** A vocabulary with BOS, EOS and the tokens of a format. */
  static LetterTokenizer with(List<String> tokens) {
    return new LetterTokenizer(
        java.util.stream.Stream.concat(List.of(BOS, EOS).stream(), tokens.stream()).toList(),
        true,
        false);
  }

  @Override
  public String kind() {
    return "letters";
  }

  @Override
  public int vocabulary() {
    return LETTERS + specials.size();
  }

  @Override
  public int[] encode(String text) {
    return (addsSpacePrefix && !text.isEmpty() ? " " + text : text).chars().toArray();
  }

  @Override
  public byte[] bytes(int token) {
    return token < LETTERS
        ? Character.toString(token).getBytes(StandardCharsets.UTF_8)
        : new byte[0];
  }

  @Override
  public OptionalInt special(String text) {
    int index = specials.indexOf(text);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(LETTERS + index);
  }

  @Override
  public OptionalInt bos() {
    return special(BOS);
  }

  @Override
  public OptionalInt eos() {
    return special(EOS);
  }

  /** The text of tokens, special ones in brackets that no test text has. */
  String shown(int... tokens) {
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      if (token < LETTERS) {
        text.append((char) token);
      } else {
        text.append('⟦').append(specials.get(token - LETTERS)).append('⟧');
      }
    }
    return text.toString();
  }
}
