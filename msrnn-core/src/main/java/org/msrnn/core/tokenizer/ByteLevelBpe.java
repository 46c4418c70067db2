package org.msrnn.core.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Byte-level byte-pair encoding as of GPT-2: a word's UTF-8 bytes are the first symbols, and pairs
 * merge in the order of the file's list. Where there is a token for every byte, every text decodes
 * to itself; real vocabularies lack some that they never saw, and these are left out of a text.
 */
final class ByteLevelBpe implements TokenModel {
  private final Map<String, Integer> ids;
  private final boolean wholeWordsFirst;
  private final PairTable merges;
  private final int[] byteIds = new int[256];
  private final byte[][] bytes;

  /**
   * A model.
   *
   * @param wholeWordsFirst whether a word that is a token is that token, whatever merges would make
   */
  ByteLevelBpe(Vocabulary vocabulary, List<Source.Merge> merges, boolean wholeWordsFirst) {
    ids = vocabulary.ids(Vocabulary.Type.NORMAL);
    this.wholeWordsFirst = wholeWordsFirst;
    for (int b = 0; b < byteIds.length; b++) {
      byteIds[b] = byteId(vocabulary.source(), b);
    }
    this.merges = vocabulary.source().table(vocabulary, merges);
    bytes = new byte[vocabulary.size()][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytesOf(vocabulary.type(i), vocabulary.text(i));
    }
  }

  private int byteId(Source source, int b) {
    Integer id = ids.get(String.valueOf(ByteAlphabet.character(b)));
    if (id == null && b >= ' ' && b <= '~') {
      throw source.fault(
          source.tokens(), "without a token for byte " + b, "a token for each byte of ASCII text");
    }
    return id == null ? -1 : id;
  }

  private static byte[] bytesOf(Vocabulary.Type type, String text) {
    return switch (type) {
      case CONTROL -> new byte[0];
      case USER_DEFINED -> text.getBytes(StandardCharsets.UTF_8);
      default -> ByteAlphabet.bytes(text);
    };
  }

  @Override
  public byte[] bytes(int token) {
    return bytes[token].clone();
  }

  @Override
  public String kind() {
    return "byte-level BPE";
  }

  @Override
  public TokenModel.Encoder encoder(Ids out) {
    return new Encoder(out);
  }

  private final class Encoder implements TokenModel.Encoder {
    private final Ids out;
    private final SymbolMerger merger = new SymbolMerger(merges);

    Encoder(Ids out) {
      this.out = out;
    }

    @Override
    public void word(int[] text, int from, int to) {
      Integer whole = wholeWordsFirst ? wholeWord(text, from, to) : null;
      if (whole != null) {
        out.add(whole);
        return;
      }
      merger.clear();
      for (int i = from; i < to; i++) {
        addBytes(text[i]);
      }
      merger.merge();
      for (int symbol = merger.first(); symbol >= 0; symbol = merger.next(symbol)) {
        out.add(merger.id(symbol));
      }
    }

    private @Nullable Integer wholeWord(int[] text, int from, int to) {
      if (to - from > Vocabulary.MAX_LENGTH) {
        return null;
      }
      var word = new StringBuilder();
      for (byte b : new String(text, from, to - from).getBytes(StandardCharsets.UTF_8)) {
        word.append(ByteAlphabet.character(b & 0xff));
      }
      return ids.get(word.toString());
    }

    /** Adds the bytes of a code point's UTF-8. */
    private void addBytes(int c) {
      if (c < 0x80) {
        add(c);
      } else if (c < 0x800) {
        add(0xc0 | (c >> 6));
        addTail(c, 1);
      } else if (c < 0x10000) {
        add(0xe0 | (c >> 12));
        addTail(c, 2);
      } else {
        add(0xf0 | (c >> 18));
        addTail(c, 3);
      }
    }

    private void addTail(int c, int count) {
      for (int shift = 6 * (count - 1); shift >= 0; shift -= 6) {
        add(0x80 | ((c >> shift) & 0x3f));
      }
    }

    private void add(int b) {
      if (byteIds[b] >= 0) {
        merger.add(byteIds[b], 0);
      }
    }
  }
}
