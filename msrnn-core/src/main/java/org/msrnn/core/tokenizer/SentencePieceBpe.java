package org.msrnn.core.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * SentencePiece's BPE as of Llama 1 and 2, Mistral and Gemma: characters are the first symbols, and
 * neighbours merge, by a list of merges or, where there is none, the token of the highest score
 * first.
 */
final class SentencePieceBpe implements TokenModel {
  private final Pieces pieces;
  private final PairTable merges;

  /**
   * From a character to its symbol: its token, or a number above all tokens where it only occurs in
   * longer ones, or below 0.
   */
  private final int[] symbols = new int[Character.MAX_CODE_POINT + 1];

  private SentencePieceBpe(Pieces pieces, PairTable merges) {
    this.pieces = pieces;
    this.merges = merges;
    Arrays.fill(symbols, -1);
  }

  /** Merges as a list has them. */
  static SentencePieceBpe of(Pieces pieces, List<Source.Merge> merges) {
    Vocabulary vocabulary = pieces.vocabulary();
    var model = new SentencePieceBpe(pieces, vocabulary.source().table(vocabulary, merges));
    model.addCharacters();
    return model;
  }

  /** Two symbols merge where their text is a token, the highest score first. */
  static SentencePieceBpe of(Pieces pieces, float[] scores) {
    var model = new SentencePieceBpe(pieces, new PairTable(scores.length));
    int next = model.addCharacters();
    for (int id : pieces.ids().values()) {
      String text = pieces.vocabulary().text(id);
      for (int c : CodePoints.of(text)) {
        if (model.symbols[c] < 0) {
          model.symbols[c] = next++;
        }
      }
    }
    pieces.ids().forEach((text, id) -> model.addSplits(text, id, key(scores[id])));
    return model;
  }

  /** A score as a number that grows as scores fall. */
  private static int key(float score) {
    int bits = Float.floatToIntBits(score + 0f); // turns -0 into 0
    return ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
  }

  private int addCharacters() {
    pieces
        .ids()
        .forEach(
            (text, id) -> {
              if (!text.isEmpty() && text.length() == Character.charCount(text.codePointAt(0))) {
                symbols[text.codePointAt(0)] = id;
              }
            });
    return pieces.vocabulary().size();
  }

  private void addSplits(String text, int id, int key) {
    for (int at = 1; at < text.length(); at++) {
      if (!Character.isLowSurrogate(text.charAt(at))) {
        int left = symbol(text.substring(0, at));
        int right = symbol(text.substring(at));
        if (left >= 0 && right >= 0) {
          merges.put(left, right, SymbolMerger.merge(key, id));
        }
      }
    }
  }

  private int symbol(String text) {
    int first = text.codePointAt(0);
    return text.length() == Character.charCount(first)
        ? symbols[first]
        : pieces.ids().getOrDefault(text, -1);
  }

  @Override
  public byte[] bytes(int token) {
    return pieces.bytes(token);
  }

  @Override
  public String kind() {
    return "SentencePiece BPE";
  }

  @Override
  public TokenModel.Encoder encoder(Ids out) {
    return new Encoder(out);
  }

  private final class Encoder implements TokenModel.Encoder {
    private final Pieces.Writer out;
    private final SymbolMerger merger = new SymbolMerger(merges);

    Encoder(Ids ids) {
      out = pieces.new Writer(ids);
    }

    @Override
    public void word(int[] text, int from, int to) {
      out.begin();
      for (int at = from; at < to; ) {
        int end = pieces.part(text, at, to);
        part(text, at, end);
        at = end;
      }
    }

    private void part(int[] text, int from, int to) {
      merger.clear();
      for (int at = from; at < to; at++) {
        merger.add(symbols[text[at]], at);
      }
      merger.merge();
      for (int symbol = merger.first(); symbol >= 0; symbol = merger.next(symbol)) {
        int id = merger.id(symbol);
        if (id >= 0 && id < pieces.vocabulary().size()) {
          out.token(id);
        } else {
          out.character(text[merger.start(symbol)]);
        }
      }
    }
  }
}
