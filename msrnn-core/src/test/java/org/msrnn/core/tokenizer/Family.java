package org.msrnn.core.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.core.format.GgufFile;
import org.msrnn.core.format.GgufWriter;
import org.msrnn.core.format.TestFiles;
import tools.jackson.databind.ObjectMapper;

/**
 * The tokenizers of the model families: the blocks of their tokenizer.json as those have them, the
 * name in GGUF, and a small vocabulary in place of their own.
 */
enum Family {
  LLAMA2(Kind.CHARACTERS, "", Family.PREPEND, "null", Family.SENTENCEPIECE_STRIP),
  YI(
      Kind.CHARACTERS,
      "",
      "{'type':'Sequence','normalizers':[" + Family.SPACES + "]}",
      "null",
      Family.SENTENCEPIECE),
  MISTRAL3(Kind.CHARACTERS, "", "null", Family.METASPACE_FIRST, Family.SENTENCEPIECE_STRIP),
  GEMMA(
      Kind.CHARACTERS,
      "",
      Family.SPACES,
      "{'type':'Split','pattern':{'String':' '},'behavior':'MergedWithPrevious','invert':false}",
      Family.SENTENCEPIECE),
  WITHOUT_BYTES(
      Kind.CHARACTERS_WITHOUT_BYTES, "", Family.PREPEND, "null", Family.SENTENCEPIECE_STRIP),
  UNIGRAM(Kind.UNIGRAM, "", "null", Family.METASPACE, Family.METASPACE),
  UNIGRAM_WITHOUT_BYTES(Kind.UNIGRAM_WITHOUT_BYTES, "", "null", Family.METASPACE, Family.METASPACE),
  GPT2(Kind.BYTES, "gpt-2", "null", Family.byteLevel(true), Family.byteLevel(true)),
  QWEN2(
      Kind.BYTES,
      "qwen2",
      "{'type':'NFC'}",
      Family.split(PreTokenizer.QWEN2, false),
      Family.byteLevel(false)),
  LLAMA3(
      Kind.BYTES_WHOLE,
      "llama-bpe",
      "null",
      Family.split(PreTokenizer.LLAMA3, false),
      Family.byteLevel(true)),
  OLMO2(
      Kind.BYTES, "dbrx", "null", Family.split(PreTokenizer.LLAMA3, true), Family.byteLevel(true)),
  TEKKEN(
      Kind.BYTES_WHOLE,
      "tekken",
      "null",
      Family.split(PreTokenizer.TEKKEN, false),
      Family.byteLevel(true)),
  GPT4O(
      Kind.BYTES, "gpt-4o", "null", Family.split(PreTokenizer.GPT4O, true), Family.byteLevel(true)),
  SMOLLM(
      Kind.BYTES,
      "smollm",
      "null",
      "{'type':'Sequence','pretokenizers':[{'type':'Digits','individual_digits':true},"
          + Family.byteLevel(true)
          + "]}",
      Family.byteLevel(true));

  /** What kind of vocabulary. */
  enum Kind {
    BYTES,
    /** Words that are tokens are not merged. */
    BYTES_WHOLE,
    CHARACTERS,
    CHARACTERS_WITHOUT_BYTES,
    UNIGRAM,
    UNIGRAM_WITHOUT_BYTES;

    boolean bytes() {
      return this == BYTES || this == BYTES_WHOLE;
    }

    boolean unigram() {
      return this == UNIGRAM || this == UNIGRAM_WITHOUT_BYTES;
    }
  }

  private static final String SPACES =
      "{'type':'Replace','pattern':{'String':' '},'content':'\u2581'}";
  private static final String PREPEND =
      "{'type':'Sequence','normalizers':[{'type':'Prepend','prepend':'\u2581'}," + SPACES + "]}";
  private static final String DECODERS =
      "{'type':'Replace','pattern':{'String':'\u2581'},'content':'"
          + " '},{'type':'ByteFallback'},{'type':'Fuse'}";
  private static final String SENTENCEPIECE = "{'type':'Sequence','decoders':[" + DECODERS + "]}";
  private static final String SENTENCEPIECE_STRIP =
      "{'type':'Sequence','decoders':["
          + DECODERS
          + ",{'type':'Strip','content':' ','start':1,'stop':0}]}";
  private static final String METASPACE =
      "{'type':'Metaspace','replacement':'\u2581','prepend_scheme':'always','split':true}";
  private static final String METASPACE_FIRST =
      "{'type':'Metaspace','replacement':'\u2581','prepend_scheme':'first','split':false}";
  private static final ObjectMapper JSON = new ObjectMapper();

  final Kind kind;
  final String pre;
  private final String normalizer;
  private final String preTokenizer;
  private final String decoder;

  Family(Kind kind, String pre, String normalizer, String preTokenizer, String decoder) {
    this.kind = kind;
    this.pre = pre;
    this.normalizer = normalizer;
    this.preTokenizer = preTokenizer;
    this.decoder = decoder;
  }

  private static String byteLevel(boolean regex) {
    return "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':"
        + regex
        + "}";
  }

  private static String split(PreTokenizer words, boolean removed) {
    return "{'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'Regex':'"
        + words.expression().replace("\\", "\\\\").replace("'", "\\u0027")
        + "'},'behavior':'"
        + (removed ? "Removed" : "Isolated")
        + "','invert':"
        + removed
        + "},"
        + byteLevel(false)
        + "]}";
  }

  /** The vocabulary: special tokens, bytes where they are tokens of their own, the rest. */
  Map<String, Integer> ids() {
    var ids = new LinkedHashMap<String, Integer>();
    for (String text : List.of("<unk>", "<s>", "</s>")) {
      ids.put(text, ids.size());
    }
    if (kind == Kind.CHARACTERS || kind == Kind.UNIGRAM) {
      for (int b = 0; b < 256; b++) {
        ids.put(String.format("<0x%02X>", b), ids.size());
      }
    }
    for (String text : trained().texts) {
      ids.putIfAbsent(text, ids.size());
    }
    ids.put("<tool>", ids.size());
    return ids;
  }

  /** The same trained vocabularies for all families: training takes a moment. */
  private static final class Trained {
    static final TestVocabulary BYTES = TestVocabulary.byteLevel(700);
    static final TestVocabulary CHARACTERS = TestVocabulary.characters(500);
    static final TestVocabulary UNIGRAM = TestVocabulary.unigram(900);
  }

  private TestVocabulary trained() {
    return kind.bytes() ? Trained.BYTES : kind.unigram() ? Trained.UNIGRAM : Trained.CHARACTERS;
  }

  /** An added token of a tokenizer.json. */
  static Map<String, Object> added(int id, String text, boolean special, String... flags) {
    var token = new LinkedHashMap<String, Object>(Map.of("id", id, "content", text));
    for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      token.put(flag, List.of(flags).contains(flag));
    }
    token.put("special", special);
    return token;
  }

  /** The tokenizer.json as a tree that a test may change. */
  Map<String, Object> json() {
    Map<String, Integer> ids = ids();
    var added = new ArrayList<Object>();
    for (int id = 0; id < 3; id++) {
      added.add(added(id, List.of("<unk>", "<s>", "</s>").get(id), true));
    }
    added.add(added(ids.size() - 1, "<tool>", false));
    var model = new LinkedHashMap<String, Object>();
    model.put("type", kind.unigram() ? "Unigram" : "BPE");
    boolean fallback = kind == Kind.CHARACTERS || kind == Kind.UNIGRAM;
    model.put("byte_fallback", fallback);
    if (kind.unigram()) {
      model.put("unk_id", 0);
      var pieces = new ArrayList<Object>();
      ids.forEach((text, id) -> pieces.add(List.of(text, trained().scores.getOrDefault(text, 0d))));
      model.put("vocab", pieces);
    } else {
      model.put("dropout", null);
      model.put("unk_token", kind.bytes() ? null : "<unk>");
      model.put("fuse_unk", !kind.bytes());
      model.put("ignore_merges", kind == Kind.BYTES_WHOLE);
      model.put("vocab", ids);
      model.put("merges", trained().merges);
    }
    var json = new LinkedHashMap<String, Object>();
    json.put("version", "1.0");
    json.put("truncation", null);
    json.put("padding", null);
    json.put("added_tokens", added);
    json.put("normalizer", block(normalizer));
    json.put("pre_tokenizer", block(preTokenizer));
    json.put("post_processor", null);
    json.put("decoder", block(decoder));
    json.put("model", model);
    return json;
  }

  /** A value of JSON, in which single quotes stand for double ones. */
  static Object block(String json) {
    return JSON.readValue(json.replace('\'', '"'), Object.class);
  }

  static String write(Object json) {
    return JSON.writeValueAsString(json);
  }

  static Path write(Object json, Path folder) {
    try {
      return Files.writeString(folder.resolve("tokenizer.json"), write(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same vocabulary in a GGUF file's metadata. */
  GgufWriter gguf() {
    List<String> texts = new ArrayList<>(ids().keySet());
    int[] types = new int[texts.size()];
    float[] scores = new float[texts.size()];
    Arrays.fill(types, 1);
    for (int i = 0; i < types.length; i++) {
      types[i] = Pieces.isByte(texts.get(i)) ? 6 : 1;
      scores[i] = -i;
    }
    types[0] = kind.bytes() ? 3 : 2;
    types[1] = types[2] = 3;
    types[types.length - 1] = 4;
    return new GgufWriter()
        .put("tokenizer.ggml.model", kind.bytes() ? "gpt2" : "llama")
        .put("tokenizer.ggml.pre", kind.bytes() ? pre : "default")
        .put("tokenizer.ggml.tokens", texts)
        .put("tokenizer.ggml.token_type", types)
        .put("tokenizer.ggml.scores", scores)
        .put(
            "tokenizer.ggml.merges", trained().merges.stream().map(m -> m[0] + " " + m[1]).toList())
        .put("tokenizer.ggml.bos_token_id", 1)
        .put("tokenizer.ggml.eos_token_id", 2)
        .put("tokenizer.ggml.unknown_token_id", 0)
        .put("tokenizer.ggml.add_space_prefix", normalizer.contains("Prepend"));
  }

  Tokenizer fromGguf() {
    try (GgufFile file = TestFiles.open(gguf().bytes())) {
      return Tokenizers.from(file);
    }
  }

  /** The tokenizer of a tokenizer.json; nothing beside it says anything. */
  static Tokenizer fromJson(Path json) {
    try (GgufFile empty = TestFiles.open(new GgufWriter().bytes())) {
      return JsonTokenizer.read(json, empty.metadata());
    }
  }
}
