package org.msrnn.core.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What a tokenizer.json says should happen before and after the model. */
final class JsonSteps {
  private final TokenizerJson json;
  private final Normalizer normalizer;
  private final List<PreTokenizer> words = new ArrayList<>();
  private Normalizer beginning = Normalizer.NONE;
  private boolean byteLevel;
  private boolean dropsSpace;

  JsonSteps(TokenizerJson json) {
    this.json = json;
    normalizer = json.has("normalizer") ? normalizer(json.block("normalizer")) : Normalizer.NONE;
    if (json.has("pre_tokenizer")) {
      addWords(json.block("pre_tokenizer"));
    }
    if (json.has("decoder")) {
      checkDecoder(json.block("decoder"));
    }
  }

  Normalizer normalizer() {
    return normalizer;
  }

  /** What Metaspace does before it cuts. */
  Normalizer beginning() {
    return beginning;
  }

  List<PreTokenizer> words() {
    return words;
  }

  /** Whether tokens are bytes. */
  boolean byteLevel() {
    return byteLevel;
  }

  /** Whether decoding drops a space at the start. */
  boolean dropsSpace() {
    return dropsSpace;
  }

  private static Normalizer normalizer(JsonBlock block) {
    return switch (block.type()) {
      case "Sequence" -> {
        Normalizer all = Normalizer.NONE;
        for (JsonBlock part : block.only("normalizers").objects("normalizers")) {
          all = all.then(normalizer(part));
        }
        yield all;
      }
      case "NFC" -> Normalizer.NFC;
      case "Prepend" -> Normalizer.prepend(block.only("prepend").string("prepend"));
      case "Replace" -> {
        String old = pattern(block.only("pattern", "content"));
        yield Normalizer.replace(old, block.string("content"));
      }
      default -> throw block.unsupported("type", "Sequence, NFC, Prepend and Replace");
    };
  }

  /** A pattern that is a text. */
  private static String pattern(JsonBlock block) {
    JsonBlock pattern = block.object("pattern");
    if (pattern.has("Regex")) {
      throw pattern.unsupported("Regex", "String there");
    }
    String text = pattern.only("String").string("String");
    if (text.isEmpty()) {
      throw pattern.fault("String", "a text");
    }
    return text;
  }

  private void addWords(JsonBlock block) {
    if (byteLevel) {
      throw block.unsupported("type", "nothing after ByteLevel");
    }
    switch (block.type()) {
      case "Sequence" ->
          block.only("pretokenizers").objects("pretokenizers").forEach(this::addWords);
      case "Split" -> words.add(split(block.only("pattern", "behavior", "invert")));
      case "Digits" ->
          words.add(
              block.only("individual_digits").bool("individual_digits", false)
                  ? PreTokenizer.DIGITS
                  : PreTokenizer.NUMBERS);
      case "ByteLevel" -> {
        block.only("add_prefix_space", "trim_offsets", "use_regex");
        if (block.bool("add_prefix_space", true)) {
          throw block.unsupported("add_prefix_space", "false");
        }
        if (block.bool("use_regex", true)) {
          words.add(PreTokenizer.GPT2);
        }
        byteLevel = true;
      }
      case "Metaspace" -> addMetaspace(block);
      default ->
          throw block.unsupported("type", "Sequence, Split, Digits, ByteLevel and Metaspace");
    }
  }

  private static PreTokenizer split(JsonBlock block) {
    String behavior = block.string("behavior");
    boolean invert = block.bool("invert", false);
    if (block.object("pattern").has("String")) {
      String text = pattern(block);
      if (!text.equals(" ") || !behavior.equals("MergedWithPrevious") || invert) {
        throw block.object("pattern").unsupported("String", "' ' with MergedWithPrevious");
      }
      return PreTokenizer.AFTER_SPACE;
    }
    JsonBlock pattern = block.object("pattern").only("Regex");
    // The expressions match every character: to remove what lies between changes nothing.
    if (!(behavior.equals("Isolated") && !invert) && !(behavior.equals("Removed") && invert)) {
      throw block.unsupported("behavior", "Isolated, and Removed with invert");
    }
    return PreTokenizer.of(pattern.string("Regex"))
        .filter(words -> !invert || words.matchesAll())
        .orElseThrow(() -> pattern.unsupported("Regex", "those of the families it knows"));
  }

  private void addMetaspace(JsonBlock block) {
    block.only("replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split");
    if (!words.isEmpty()) {
      throw block.unsupported("type", "Metaspace as the first pre-tokenizer alone");
    }
    checkReplacement(block);
    beginning = Normalizer.replace(" ", Normalizer.SPACE);
    String scheme = scheme(block);
    if (!scheme.equals("never")) {
      beginning = beginning.then(Normalizer.begin(Normalizer.SPACE, scheme.equals("always")));
    }
    if (block.bool("split", true)) {
      words.add(PreTokenizer.BEFORE_SPACE);
    }
  }

  private static void checkReplacement(JsonBlock block) {
    if (!block.string("replacement").equals(Normalizer.SPACE)) {
      throw block.unsupported("replacement", Source.shown(Normalizer.SPACE));
    }
  }

  private static String scheme(JsonBlock block) {
    String scheme =
        block.string("prepend_scheme", block.bool("add_prefix_space", true) ? "always" : "never");
    if (!List.of("always", "first", "never").contains(scheme)) {
      throw block.unsupported("prepend_scheme", "always, first and never");
    }
    return scheme;
  }

  private void checkDecoder(JsonBlock block) {
    switch (block.type()) {
      case "Sequence" -> block.only("decoders").objects("decoders").forEach(this::checkDecoder);
      case "ByteLevel" -> {
        if (!byteLevel) {
          throw block.unsupported("type", "ByteLevel with pre_tokenizer ByteLevel alone");
        }
      }
      case "ByteFallback", "Fuse" -> block.only();
      case "Replace" -> {
        String old = pattern(block.only("pattern", "content"));
        if (!old.equals(Normalizer.SPACE) || !block.string("content").equals(" ")) {
          throw block.unsupported("pattern", "U+2581 with a space as content");
        }
      }
      case "Strip" -> {
        block.only("content", "start", "stop");
        int start = block.integer("start", 1).orElse(0);
        if (!block.string("content").equals(" ") || block.integer("stop", 0).orElse(0) != 0) {
          throw block.unsupported("content", "a space, at the start");
        }
        dropsSpace = start == 1;
      }
      case "Metaspace" -> {
        block.only("replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split");
        checkReplacement(block);
        dropsSpace = !scheme(block).equals("never");
      }
      default ->
          throw block.unsupported(
              "type", "Sequence, ByteLevel, ByteFallback, Fuse, Replace, Strip and Metaspace");
    }
  }

  /** Whether a template puts BOS before a text. */
  boolean addsBos() {
    return bos(Vocabulary.MAX_TOKENS).isPresent();
  }

  /** The token that a template puts before a text. */
  OptionalInt bos(int max) {
    return json.has("post_processor")
        ? bos(json.block("post_processor"), max)
        : OptionalInt.empty();
  }

  private static OptionalInt bos(JsonBlock block, int max) {
    return switch (block.type()) {
      case "Sequence" -> {
        OptionalInt bos = OptionalInt.empty();
        for (JsonBlock part : block.only("processors").objects("processors")) {
          OptionalInt found = bos(part, max);
          bos = found.isPresent() ? found : bos;
        }
        yield bos;
      }
      // Tells where tokens stand in the text, and changes none.
      case "ByteLevel" -> OptionalInt.empty();
      case "TemplateProcessing" -> templateBos(block, max);
      default -> throw block.unsupported("type", "Sequence, ByteLevel and TemplateProcessing");
    };
  }

  private static OptionalInt templateBos(JsonBlock block, int max) {
    List<JsonBlock> single = block.objects("single");
    if (single.isEmpty() || !single.getFirst().has("SpecialToken")) {
      return OptionalInt.empty();
    }
    String name = single.getFirst().object("SpecialToken").string("id");
    List<Integer> ids = block.object("special_tokens").object(name).integers("ids", max);
    if (ids.size() != 1 || single.size() < 2 || !single.get(1).has("Sequence")) {
      throw block.unsupported("single", "one token before a text");
    }
    return OptionalInt.of(ids.getFirst());
  }
}
