package org.msrnn.core.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.msrnn.api.ModelFileException;
import org.msrnn.core.format.Metadata;

/** What all kinds of vocabulary have in a GGUF file: texts and types of tokens, BOS and EOS. */
final class Vocabulary {
  static final String TOKENS = "tokenizer.ggml.tokens";
  static final int MAX_TOKENS = 1 << 22;

  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String BOS = "tokenizer.ggml.bos_token_id";
  private static final String EOS = "tokenizer.ggml.eos_token_id";
  private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";

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
    BYTE
  }

  /** The types by their numbers in a file; 0 is undefined, and taken for normal. */
  private static final List<Type> BY_NUMBER =
      List.of(
          Type.NORMAL,
          Type.NORMAL,
          Type.UNKNOWN,
          Type.CONTROL,
          Type.USER_DEFINED,
          Type.UNUSED,
          Type.BYTE);

  private final Metadata metadata;
  private final List<String> texts;
  private final byte[] types;
  private final OptionalInt bos;
  private final OptionalInt eos;

  Vocabulary(Metadata metadata) {
    this.metadata = metadata;
    this.texts = metadata.strings(TOKENS);
    if (texts.isEmpty() || texts.size() > MAX_TOKENS) {
      throw fault(TOKENS, texts.size() + " tokens", "1 to " + MAX_TOKENS);
    }
    this.types = types();
    this.bos = id(BOS);
    this.eos = id(EOS);
  }

  private byte[] types() {
    byte[] result = new byte[texts.size()];
    if (!metadata.has(TYPES)) {
      Arrays.fill(result, (byte) BY_NUMBER.indexOf(Type.NORMAL));
      return result;
    }
    int[] numbers = metadata.integers(TYPES, 0, BY_NUMBER.size() - 1);
    checkLength(TYPES, numbers.length);
    for (int i = 0; i < result.length; i++) {
      result[i] = (byte) numbers[i];
    }
    return result;
  }

  /** Refuses an array that does not have one number a token. */
  void checkLength(String key, int length) {
    if (length != texts.size()) {
      throw fault(key + " array length", "" + length, texts.size() + ", one for each token");
    }
  }

  /** A token id of the metadata, where it is there. */
  OptionalInt id(String key) {
    return metadata.has(key)
        ? OptionalInt.of(metadata.integer(key, 0, texts.size() - 1))
        : OptionalInt.empty();
  }

  int size() {
    return texts.size();
  }

  String text(int token) {
    return texts.get(token);
  }

  Type type(int token) {
    return BY_NUMBER.get(types[token]);
  }

  OptionalInt bos() {
    return bos;
  }

  OptionalInt eos() {
    return eos;
  }

  /** Whether BOS precedes a document. */
  boolean addsBos(boolean fallback) {
    boolean adds = metadata.bool(ADD_BOS, fallback && bos.isPresent());
    if (adds && bos.isEmpty()) {
      throw fault(ADD_BOS, "true without " + BOS, "true with it, or false");
    }
    return adds;
  }

  /** Ids by text of the tokens of the given types; of two tokens with one text, the first. */
  Map<String, Integer> ids(Type... wanted) {
    List<Type> list = List.of(wanted);
    Map<String, Integer> ids = HashMap.newHashMap(texts.size());
    for (int i = 0; i < types.length; i++) {
      if (list.contains(type(i))) {
        ids.putIfAbsent(texts.get(i), i);
      }
    }
    return ids;
  }

  /** A fault of the metadata that has no value of its own to show. */
  ModelFileException fault(String field, String found, String allowed) {
    return new ModelFileException(metadata.file(), -1, field, found, allowed);
  }
}
