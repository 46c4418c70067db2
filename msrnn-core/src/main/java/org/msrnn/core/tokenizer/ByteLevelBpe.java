package org.msrnn.core.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.msrnn.core.format.Metadata;

/**
 * Byte-level byte-pair encoding as of GPT-2: the text is cut into words, a word's UTF-8 bytes are
 * the first symbols, and pairs merge in the order of the file's list. Every text can be encoded,
 * and decodes to itself; a lone surrogate becomes U+FFFD.
 */
final class ByteLevelBpe implements Tokenizer {
  private static final String MERGES = "tokenizer.ggml.merges";

  /** Bytes that occur in no UTF-8; a vocabulary may lack them. */
  private static boolean inUtf8(int b) {
    return b != 0xc0 && b != 0xc1 && b < 0xf5;
  }

  private final Vocabulary vocabulary;
  private final PreTokenizer words;
  private final UserTokens userTokens;
  private final boolean addsBos;
  private final Map<String, Integer> normal;
  private final PairTable merges;
  private final int[] byteIds = new int[256];
  private final byte[][] bytes;

  ByteLevelBpe(Metadata metadata) {
    words = PreTokenizer.from(metadata);
    vocabulary = new Vocabulary(metadata);
    normal = vocabulary.ids(Vocabulary.Type.NORMAL);
    userTokens = new UserTokens(vocabulary.ids(Vocabulary.Type.USER_DEFINED));
    addsBos = vocabulary.addsBos(words.addsBos());
    for (int b = 0; b < byteIds.length; b++) {
      byteIds[b] = byteId(b);
    }
    merges = merges(metadata.strings(MERGES));
    bytes = new byte[vocabulary.size()][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytesOf(i);
    }
  }

  private int byteId(int b) {
    Integer id = normal.get(String.valueOf(ByteAlphabet.character(b)));
    if (id != null) {
      return id;
    }
    if (inUtf8(b)) {
      throw vocabulary.fault(
          Vocabulary.TOKENS, "without a token for byte " + b, "a token for each byte of UTF-8");
    }
    return -1;
  }

  private PairTable merges(List<String> lines) {
    if (lines.size() > Vocabulary.MAX_TOKENS) {
      throw vocabulary.fault(MERGES, lines.size() + " merges", "at most " + Vocabulary.MAX_TOKENS);
    }
    Map<String, Integer> ids =
        vocabulary.ids(
            Vocabulary.Type.NORMAL, Vocabulary.Type.USER_DEFINED, Vocabulary.Type.UNUSED);
    var table = new PairTable(lines.size());
    for (int rank = 0; rank < lines.size(); rank++) {
      String line = lines.get(rank);
      // A part is never empty, so that a space at the start is a part of its own.
      int space = line.indexOf(' ', 1);
      if (space < 0 || space == line.length() - 1) {
        throw vocabulary.fault(MERGES + "[" + rank + "]", shown(line), "two tokens and a space");
      }
      String left = line.substring(0, space);
      String right = line.substring(space + 1);
      table.put(
          part(ids, rank, left),
          part(ids, rank, right),
          SymbolMerger.merge(rank, part(ids, rank, left + right)));
    }
    return table;
  }

  private int part(Map<String, Integer> ids, int rank, String text) {
    Integer id = ids.get(text);
    if (id == null) {
      throw vocabulary.fault(
          MERGES + "[" + rank + "]", "of " + shown(text) + ", which is no token", "made of tokens");
    }
    return id;
  }

  private static String shown(String text) {
    return "'" + Metadata.shorten(text) + "'";
  }

  private byte[] bytesOf(int token) {
    return switch (vocabulary.type(token)) {
      case CONTROL -> new byte[0];
      case USER_DEFINED -> vocabulary.text(token).getBytes(StandardCharsets.UTF_8);
      default -> ByteAlphabet.bytes(vocabulary.text(token));
    };
  }

  @Override
  public int[] encode(String text) {
    var ids = new Ids();
    var merger = new SymbolMerger((left, right, start, end) -> merges.find(left, right));
    userTokens.split(
        text,
        new UserTokens.Parts() {
          @Override
          public void text(int from, int to) {
            encode(CodePoints.of(text, from, to), merger, ids);
          }

          @Override
          public void token(int id) {
            ids.add(id);
          }
        });
    return ids.toArray();
  }

  private void encode(int[] text, SymbolMerger merger, Ids ids) {
    for (int from = 0; from < text.length; ) {
      int to = words.next(text, from, text.length);
      Integer whole = words.wholeWordsFirst() ? wholeWord(text, from, to) : null;
      if (whole != null) {
        ids.add(whole);
      } else {
        merger.clear();
        for (int i = from; i < to; i++) {
          addBytes(text[i], merger);
        }
        merger.merge(0);
        for (int symbol = merger.first(); symbol >= 0; symbol = merger.next(symbol)) {
          ids.add(merger.id(symbol));
        }
      }
      from = to;
    }
  }

  private @Nullable Integer wholeWord(int[] text, int from, int to) {
    var word = new StringBuilder();
    for (byte b : new String(text, from, to - from).getBytes(StandardCharsets.UTF_8)) {
      word.append(ByteAlphabet.character(b & 0xff));
    }
    return normal.get(word.toString());
  }

  /** Adds the bytes of a code point's UTF-8. */
  private void addBytes(int c, SymbolMerger merger) {
    if (c < 0x80) {
      add(c, merger);
    } else if (c < 0x800) {
      add(0xc0 | (c >> 6), merger);
      addTail(c, 1, merger);
    } else if (c < 0x10000) {
      add(0xe0 | (c >> 12), merger);
      addTail(c, 2, merger);
    } else {
      add(0xf0 | (c >> 18), merger);
      addTail(c, 3, merger);
    }
  }

  private void addTail(int c, int count, SymbolMerger merger) {
    for (int shift = 6 * (count - 1); shift >= 0; shift -= 6) {
      add(0x80 | ((c >> shift) & 0x3f), merger);
    }
  }

  private void add(int b, SymbolMerger merger) {
    merger.add(byteIds[b], 0);
  }

  @Override
  public int vocabulary() {
    return vocabulary.size();
  }

  @Override
  public byte[] bytes(int token) {
    return bytes[token].clone();
  }

  @Override
  public OptionalInt bos() {
    return vocabulary.bos();
  }

  @Override
  public OptionalInt eos() {
    return vocabulary.eos();
  }

  @Override
  public boolean addsBos() {
    return addsBos;
  }
}
