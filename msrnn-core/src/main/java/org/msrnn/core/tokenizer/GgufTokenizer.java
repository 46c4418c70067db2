package org.msrnn.core.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.format.Metadata;
import org.msrnn.core.tokenizer.Pipeline.Steps;

/** A tokenizer as GGUF's metadata describe it, with the names that llama.cpp gives its parts. */
final class GgufTokenizer {
  static final String MODEL = "tokenizer.ggml.model";
  private static final String PRE = "tokenizer.ggml.pre";
  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String SCORES = "tokenizer.ggml.scores";
  private static final String ADD_SPACE = "tokenizer.ggml.add_space_prefix";
  private static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";

  /** The types by their numbers in a file; 0 is undefined, and taken for normal. */
  private static final List<Vocabulary.Type> BY_NUMBER =
      List.of(
          Vocabulary.Type.NORMAL,
          Vocabulary.Type.NORMAL,
          Vocabulary.Type.UNKNOWN,
          Vocabulary.Type.CONTROL,
          Vocabulary.Type.USER_DEFINED,
          Vocabulary.Type.UNUSED,
          Vocabulary.Type.BYTE);

  /**
   * How a byte-level vocabulary is used; the file has one name for all of it.
   *
   * @param words how a text is cut into words
   * @param likeTiktoken whether words that are tokens are not merged, and BOS is added where the
   *     file does not say
   */
  private record Pre(boolean likeTiktoken, PreTokenizer... words) {
    static Pre of(Metadata metadata) {
      return switch (metadata.string(PRE, "")) {
        case "gpt-2", "gpt2", "phi-2", "olmo", "mpt", "jais", "exaone4", "granite-docling" ->
            new Pre(false, PreTokenizer.GPT2);
        case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b" ->
            new Pre(false, PreTokenizer.DIGITS, PreTokenizer.GPT2);
        case "qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "hunyuan" ->
            new Pre(false, PreTokenizer.QWEN2);
        case "dbrx", "smaug-bpe", "chatglm-bpe", "glm4" -> new Pre(false, PreTokenizer.LLAMA3);
        case "llama-bpe", "llama3", "llama-v3", "falcon3" -> new Pre(true, PreTokenizer.LLAMA3);
        case "tekken" -> new Pre(true, PreTokenizer.TEKKEN);
        case "gpt-4o", "llama4" -> new Pre(false, PreTokenizer.GPT4O);
        case "default" ->
            new Pre(
                false,
                PreTokenizer.PUNCTUATION,
                PreTokenizer.GPT2,
                PreTokenizer.NUMBERS,
                PreTokenizer.THREE_DIGITS);
        default ->
            throw new UnsupportedModelException(
                metadata.file()
                    + ": "
                    + PRE
                    + " is "
                    + metadata.shown(PRE)
                    + ", msrnn has gpt-2, smollm, starcoder, refact, qwen2, llama-bpe, dbrx,"
                    + " tekken, gpt-4o, default, and what other names llama.cpp has for these");
      };
    }
  }

  private final Metadata metadata;
  private final Source source;

  private GgufTokenizer(Metadata metadata) {
    this.metadata = metadata;
    this.source = Source.gguf(metadata);
  }

  static Tokenizer read(Metadata metadata) {
    var reader = new GgufTokenizer(metadata);
    return switch (metadata.string(MODEL)) {
      case "gpt2" -> reader.byteLevel(Pre.of(metadata));
      case "llama" -> reader.sentencePiece();
      default ->
          throw new UnsupportedModelException(
              metadata.file()
                  + ": "
                  + MODEL
                  + " is "
                  + metadata.shown(MODEL)
                  + ", msrnn has gpt2 (byte-level BPE) and llama (SentencePiece BPE)");
    };
  }

  private Vocabulary vocabulary() {
    List<String> texts = metadata.strings(source.tokens());
    Vocabulary.Type[] types = new Vocabulary.Type[texts.size()];
    Arrays.fill(types, Vocabulary.Type.NORMAL);
    if (metadata.has(TYPES) && !texts.isEmpty()) {
      int[] numbers = metadata.integers(TYPES, 0, BY_NUMBER.size() - 1);
      checkLength(TYPES, numbers.length, texts.size());
      for (int i = 0; i < types.length; i++) {
        types[i] = BY_NUMBER.get(numbers[i]);
      }
    }
    return new Vocabulary(source, texts, types);
  }

  /** Refuses an array that does not have one number a token. */
  private void checkLength(String key, int length, int tokens) {
    if (length != tokens) {
      throw source.fault(key + " array length", "" + length, tokens + ", one for each token");
    }
  }

  private Tokenizer byteLevel(Pre pre) {
    Vocabulary vocabulary = vocabulary();
    List<String> lines = metadata.strings(source.merges());
    var merges = new ArrayList<Source.Merge>(lines.size());
    for (int rank = 0; rank < lines.size(); rank++) {
      merges.add(source.merge(rank, lines.get(rank)));
    }
    return new Pipeline(
        vocabulary,
        Marks.of(metadata, vocabulary, OptionalInt.empty(), pre.likeTiktoken()),
        new Steps(
            vocabulary.added(), Normalizer.NONE, Normalizer.NONE, List.of(pre.words()), false),
        new ByteLevelBpe(vocabulary, merges, pre.likeTiktoken()));
  }

  private Tokenizer sentencePiece() {
    Vocabulary vocabulary = vocabulary();
    float[] scores = metadata.floats(SCORES);
    checkLength(SCORES, scores.length, vocabulary.size());
    OptionalInt unknown =
        metadata.has(UNKNOWN)
            ? OptionalInt.of(metadata.integer(UNKNOWN, 0, vocabulary.size() - 1))
            : OptionalInt.empty();
    boolean addsSpace = metadata.bool(ADD_SPACE, true);
    Normalizer spaces = Normalizer.replace(" ", Normalizer.SPACE);
    return new Pipeline(
        vocabulary,
        Marks.of(metadata, vocabulary, OptionalInt.empty(), true),
        new Steps(
            vocabulary.added(),
            addsSpace ? Normalizer.prepend(Normalizer.SPACE).then(spaces) : spaces,
            Normalizer.NONE,
            List.of(),
            addsSpace),
        SentencePieceBpe.of(new Pieces(vocabulary, unknown, true), scores));
  }
}
