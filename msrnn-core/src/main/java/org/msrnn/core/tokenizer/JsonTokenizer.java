package org.msrnn.core.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.msrnn.core.format.Metadata;
import org.msrnn.core.tokenizer.Pipeline.Steps;

/**
 * A tokenizer as the tokenizer.json of a Hugging Face folder describes it. What is not known here
 * is refused by its name.
 */
final class JsonTokenizer {
  private static final String UNK = "unk_token";

  private final TokenizerJson json;
  private final Source source;
  private final JsonBlock model;
  private final JsonSteps steps;
  private final List<AddedToken> added = new ArrayList<>();

  private JsonTokenizer(TokenizerJson json) {
    this.json = json;
    this.source = json.source();
    this.model = json.block("model");
    this.steps = new JsonSteps(json);
  }

  /**
   * Reads it.
   *
   * @param metadata what the folder's other files say of BOS and EOS
   */
  static Tokenizer read(Path file, Metadata metadata) {
    var reader = new JsonTokenizer(TokenizerJson.read(file));
    return switch (reader.model.type()) {
      case "BPE" -> reader.bpe(metadata);
      case "Unigram" -> reader.unigram(metadata);
      default -> throw reader.model.unsupported("type", "BPE and Unigram");
    };
  }

  private Tokenizer bpe(Metadata metadata) {
    model.only(
        "dropout",
        UNK,
        "continuing_subword_prefix",
        "end_of_word_suffix",
        "fuse_unk",
        "byte_fallback",
        "ignore_merges");
    if (model.has("dropout")) {
      throw model.unsupported("dropout", "null");
    }
    for (String name : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!model.string(name, "").isEmpty()) {
        throw model.unsupported(name, "none");
      }
    }
    boolean wholeWordsFirst = model.bool("ignore_merges", false);
    var texts = new ArrayList<String>();
    var types = new ArrayList<Vocabulary.Type>();
    json.ids().forEach((text, id) -> put(texts, types, text, id, normal(text)));
    OptionalInt unknown = OptionalInt.empty();
    if (model.has(UNK) && !steps.byteLevel()) {
      Integer id = json.ids().get(model.string(UNK));
      if (id == null) {
        throw model.fault(UNK, "a token of " + source.tokens());
      }
      unknown = OptionalInt.of(id);
    }
    Vocabulary vocabulary = vocabulary(texts, types, json.ids(), unknown);
    if (steps.byteLevel()) {
      return pipeline(
          metadata, vocabulary, new ByteLevelBpe(vocabulary, json.merges(), wholeWordsFirst));
    }
    if (wholeWordsFirst) {
      throw model.unsupported("ignore_merges", "it for pre_tokenizer ByteLevel alone");
    }
    var pieces = new Pieces(vocabulary, unknown, model.bool("fuse_unk", false));
    return pipeline(metadata, vocabulary, SentencePieceBpe.of(pieces, json.merges()));
  }

  private Tokenizer unigram(Metadata metadata) {
    model.only("unk_id", "byte_fallback");
    if (steps.byteLevel()) {
      throw model.unsupported("type", "BPE for pre_tokenizer ByteLevel");
    }
    var texts = new ArrayList<String>();
    var types = new ArrayList<Vocabulary.Type>();
    var ids = new java.util.HashMap<String, Integer>();
    for (int id = 0; id < json.pieces().size(); id++) {
      String text = json.pieces().get(id);
      ids.putIfAbsent(text, id);
      put(texts, types, text, id, normal(text));
    }
    OptionalInt unknown = model.integer("unk_id", Math.max(0, texts.size() - 1));
    Vocabulary vocabulary = vocabulary(texts, types, ids, unknown);
    return pipeline(
        metadata, vocabulary, new Unigram(new Pieces(vocabulary, unknown, true), json.scores()));
  }

  private Tokenizer pipeline(Metadata metadata, Vocabulary vocabulary, TokenModel merging) {
    OptionalInt bos = steps.bos(vocabulary.size() - 1);
    return new Pipeline(
        vocabulary,
        Marks.of(metadata, vocabulary, bos, steps.addsBos()),
        new Steps(added, steps.normalizer(), steps.beginning(), steps.words(), steps.dropsSpace()),
        merging);
  }

  private Vocabulary.Type normal(String text) {
    return model.bool("byte_fallback", false) && Pieces.isByte(text)
        ? Vocabulary.Type.BYTE
        : Vocabulary.Type.NORMAL;
  }

  private void put(
      List<String> texts, List<Vocabulary.Type> types, String text, int id, Vocabulary.Type type) {
    while (texts.size() <= id) {
      texts.add("");
      types.add(Vocabulary.Type.UNUSED);
    }
    if (types.get(id) != Vocabulary.Type.UNUSED) {
      throw source.fault(
          source.tokens() + "[" + Source.shown(text) + "]",
          id + ", as " + Source.shown(texts.get(id)) + " is",
          "an id of its own");
    }
    texts.set(id, text);
    types.set(id, type);
  }

  /** Adds the added tokens, which may be tokens of the model too. */
  private Vocabulary vocabulary(
      List<String> texts,
      List<Vocabulary.Type> types,
      Map<String, Integer> ids,
      OptionalInt unknown) {
    for (JsonBlock token : json.added()) {
      token.only("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
      String text = token.string("content");
      int id =
          token
              .integer("id", Vocabulary.MAX_TOKENS - 1)
              .orElseThrow(() -> token.fault("id", "a whole number"));
      Integer known = ids.get(text);
      if (known != null && known != id) {
        throw token.fault("id", known + ", as in " + source.tokens());
      }
      boolean special = token.bool("special", false);
      Vocabulary.Type type = special ? Vocabulary.Type.CONTROL : Vocabulary.Type.USER_DEFINED;
      if (known != null) {
        types.set(id, type);
      } else {
        put(texts, types, text, id, type);
      }
      if (!special) {
        added.add(
            new AddedToken(
                id,
                text,
                token.bool("single_word", false),
                token.bool("lstrip", false),
                token.bool("rstrip", false),
                token.bool("normalized", true)));
      }
    }
    unknown.ifPresent(id -> types.set(id, Vocabulary.Type.UNKNOWN));
    checkHoles(types);
    Vocabulary vocabulary = new Vocabulary(source, texts, types.toArray(new Vocabulary.Type[0]));
    added.removeIf(token -> vocabulary.type(token.id()) != Vocabulary.Type.USER_DEFINED);
    return vocabulary;
  }

  /** Real vocabularies keep some ids free, but never most of them. */
  private void checkHoles(List<Vocabulary.Type> types) {
    long holes = types.stream().filter(type -> type == Vocabulary.Type.UNUSED).count();
    if (holes > types.size() / 2) {
      throw source.fault(
          source.tokens(),
          holes + " ids of " + types.size() + " without a token",
          "at most half of them");
    }
  }
}
