package org.msrnn.core.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import org.msrnn.core.format.Metadata;

/**
 * SentencePiece's BPE (arXiv 1808.06226) as of Llama 1 and 2: characters are the first symbols, and
 * two neighbours merge where their text is a token, the highest score first. A character that is no
 * token becomes its UTF-8 bytes, {@code <0x00>} to {@code <0xFF>}. Spaces are written U+2581.
 */
final class SentencePieceBpe implements Tokenizer {
  private static final String SCORES = "tokenizer.ggml.scores";
  private static final String ADD_SPACE = "tokenizer.ggml.add_space_prefix";
  private static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";

  private static final char SPACE = '\u2581';

  /**
   * What sentencepiece itself writes for a token that stands for no text: a sign and two spaces.
   */
  private static final byte[] UNKNOWN_BYTES = " \u2047 ".getBytes(StandardCharsets.UTF_8);

  private final Vocabulary vocabulary;
  private final UserTokens userTokens;
  private final Map<String, Integer> ids;
  private final int longest;
  private final int[] keys;
  private final int[] byteIds = new int[256];
  private final byte[][] bytes;
  private final boolean addsBos;
  private final boolean addsSpace;

  SentencePieceBpe(Metadata metadata) {
    vocabulary = new Vocabulary(metadata);
    ids = vocabulary.ids(Vocabulary.Type.NORMAL);
    longest = ids.keySet().stream().mapToInt(String::length).max().orElse(0);
    userTokens = new UserTokens(vocabulary.ids(Vocabulary.Type.USER_DEFINED));
    addsBos = vocabulary.addsBos(true);
    addsSpace = metadata.bool(ADD_SPACE, true);
    keys = keys(metadata.floats(SCORES));
    Arrays.fill(byteIds, -1);
    bytes = new byte[vocabulary.size()][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytesOf(i);
    }
    fillGaps(vocabulary.id(UNKNOWN));
  }

  /** Scores as numbers that grow as scores fall. */
  private int[] keys(float[] scores) {
    vocabulary.checkLength(SCORES, scores.length);
    int[] result = new int[scores.length];
    for (int i = 0; i < result.length; i++) {
      int bits = Float.floatToIntBits(scores[i] + 0f); // turns -0 into 0
      result[i] = ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
    }
    return result;
  }

  private byte[] bytesOf(int token) {
    String text = vocabulary.text(token);
    return switch (vocabulary.type(token)) {
      case CONTROL -> new byte[0];
      case UNKNOWN -> UNKNOWN_BYTES;
      case BYTE -> {
        int b = byteOf(token, text);
        if (byteIds[b] < 0) {
          byteIds[b] = token;
        }
        yield new byte[] {(byte) b};
      }
      default -> text.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
    };
  }

  private int byteOf(int token, String text) {
    if (!text.matches("<0x[0-9A-Fa-f]{2}>")) {
      throw vocabulary.fault(
          Vocabulary.TOKENS + "[" + token + "]",
          "'" + Metadata.shorten(text) + "' of type byte",
          "<0x00> to <0xFF>");
    }
    return Integer.parseInt(text, 3, 5, 16);
  }

  private void fillGaps(OptionalInt unknown) {
    for (int b = 0; b < byteIds.length; b++) {
      if (byteIds[b] < 0) {
        byteIds[b] =
            unknown.orElseThrow(
                () ->
                    vocabulary.fault(
                        Vocabulary.TOKENS,
                        "without tokens for all 256 bytes, and " + UNKNOWN + " is missing",
                        "one or the other"));
      }
    }
  }

  @Override
  public int[] encode(String text) {
    var out = new Ids();
    if (text.isEmpty()) {
      return out.toArray();
    }
    String escaped = (addsSpace ? SPACE + text : text).replace(' ', SPACE);
    var merger = new SymbolMerger((left, right, start, end) -> merge(escaped, start, end));
    userTokens.split(
        escaped,
        new UserTokens.Parts() {
          @Override
          public void text(int from, int to) {
            encode(escaped, from, to, merger, out);
          }

          @Override
          public void token(int id) {
            out.add(id);
          }
        });
    return out.toArray();
  }

  private long merge(String text, int start, int end) {
    if (end - start > longest) {
      return SymbolMerger.NONE;
    }
    Integer id = ids.get(text.substring(start, end));
    return id == null ? SymbolMerger.NONE : SymbolMerger.merge(keys[id], id);
  }

  private void encode(String text, int from, int to, SymbolMerger merger, Ids out) {
    merger.clear();
    for (int at = from; at < to; ) {
      int next = Math.min(to, at + Character.charCount(text.codePointAt(at)));
      merger.add(ids.getOrDefault(text.substring(at, next), -1), at);
      at = next;
    }
    merger.merge(to);
    for (int symbol = merger.first(); symbol >= 0; symbol = merger.next(symbol)) {
      if (merger.id(symbol) >= 0) {
        out.add(merger.id(symbol));
      } else {
        addBytes(text.substring(merger.start(symbol), merger.end(symbol)), out);
      }
    }
  }

  private void addBytes(String character, Ids out) {
    char first = character.charAt(0);
    boolean lone = character.length() == 1 && Character.isSurrogate(first);
    for (byte b : (lone ? "\uFFFD" : character).getBytes(StandardCharsets.UTF_8)) {
      out.add(byteIds[b & 0xff]);
    }
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

  @Override
  public boolean addsSpacePrefix() {
    return addsSpace;
  }
}
