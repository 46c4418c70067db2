package org.msrnn.core.tokenizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.format.GgufFile;
import org.msrnn.core.format.GgufWriter;
import org.msrnn.core.format.TestFiles;

class JsonTokenizerTest {
  private static final String BOS_TEMPLATE =
      "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<s>','type_id':0}},"
          + "{'Sequence':{'id':'A','type_id':0}}],'pair':[],"
          + "'special_tokens':{'<s>':{'id':'<s>','ids':[1],'tokens':['<s>']}}}";

  @TempDir Path folder;

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Map<String, Object> parent, String name) {
    return (Map<String, Object>) requireNonNull(parent.get(name));
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Map<String, Object> parent, String name) {
    return (List<Object>) requireNonNull(parent.get(name));
  }

  private static Map<String, Object> model(Map<String, Object> json) {
    return map(json, "model");
  }

  private Tokenizer changed(Family family, Consumer<Map<String, Object>> change) {
    Map<String, Object> json = family.json();
    // The lists are shared between families.
    if (!family.kind.unigram()) {
      model(json).put("merges", new ArrayList<>(list(model(json), "merges")));
    }
    change.accept(json);
    return Family.fromJson(Family.write(json, folder));
  }

  private Tokenizer with(Family family, GgufWriter metadata) {
    try (GgufFile file = TestFiles.open(metadata.bytes())) {
      return JsonTokenizer.read(Family.write(family.json(), folder), file.metadata());
    }
  }

  @Test
  void bosIsWhatTheTemplatePutsBefore() {
    Tokenizer without = changed(Family.LLAMA3, json -> {});
    assertThat(without.bos()).isEmpty();
    assertThat(without.addsBos()).isFalse();
    Tokenizer with =
        changed(Family.LLAMA3, json -> json.put("post_processor", Family.block(BOS_TEMPLATE)));
    assertThat(with.bos()).hasValue(1);
    assertThat(with.addsBos()).isTrue();
    String sequence =
        "{'type':'Sequence','processors':[{'type':'ByteLevel','trim_offsets':false},"
            + BOS_TEMPLATE
            + "]}";
    Tokenizer inSequence =
        changed(Family.LLAMA3, json -> json.put("post_processor", Family.block(sequence)));
    assertThat(inSequence.bos()).hasValue(1);
  }

  @Test
  void metadataSayWhatTheMarksAre() {
    Tokenizer tokenizer =
        with(
            Family.QWEN2,
            new GgufWriter()
                .put("tokenizer.ggml.bos_token_id", 1)
                .put("tokenizer.ggml.eos_token_id", 2)
                .put("tokenizer.ggml.eos_token_ids", new int[] {2, 0})
                .put("tokenizer.ggml.eot_token_id", 7)
                .put("tokenizer.ggml.add_bos_token", true));
    assertThat(tokenizer.bos()).hasValue(1);
    assertThat(tokenizer.eos()).hasValue(2);
    assertThat(tokenizer.addsBos()).isTrue();
    assertThat(Stream.of(0, 2, 7)).allMatch(tokenizer::ends);
    assertThat(tokenizer.ends(1)).isFalse();
    assertThat(with(Family.QWEN2, new GgufWriter().put("tokenizer.ggml.bos_token_id", 1)).addsBos())
        .isFalse();
  }

  @Test
  void theEndOfATurnIsSpecialAndATagOfHtmlIsText() {
    Tokenizer tokenizer =
        changed(
            Family.GEMMA,
            json -> {
              int id = Family.GEMMA.ids().size();
              List<Object> added = list(json, "added_tokens");
              added.add(Family.added(id, "<end_of_turn>", true));
              added.add(Family.added(id + 1, "<|im_end|>", false));
              added.add(Family.added(id + 2, "<EOT>", false));
            });
    int end = tokenizer.special("<end_of_turn>").orElseThrow();
    int turn = tokenizer.special("<|im_end|>").orElseThrow();
    int tag = tokenizer.special("<EOT>").orElseThrow();
    assertThat(tokenizer.ends(end)).isTrue();
    assertThat(tokenizer.ends(turn)).isTrue();
    assertThat(tokenizer.ends(tag)).isFalse();
    assertThat(tokenizer.encode("a<end_of_turn>b<|im_end|>c<EOT>"))
        .contains(tag)
        .doesNotContain(end, turn);
    assertThat(tokenizer.bytes(turn)).isEmpty();
  }

  @Test
  void whatMergesWouldMakeOfTextIsNeverSpecial() {
    Tokenizer tokenizer =
        changed(
            Family.GPT2,
            json -> {
              map(model(json), "vocab").put("<s", Family.GPT2.ids().size());
              list(model(json), "merges").addFirst(List.of("<s", ">"));
              list(model(json), "merges").addFirst(List.of("<", "s"));
            });
    assertThat(tokenizer.encode("<s>")).doesNotContain(1);
    assertThat(tokenizer.decode(tokenizer.encode("<s>"))).isEqualTo("<s>");
  }

  @Test
  void freeIdsAreKept() {
    int size = Family.LLAMA3.ids().size();
    Tokenizer tokenizer =
        changed(
            Family.LLAMA3,
            json -> list(json, "added_tokens").add(Family.added(size + 100, "<late>", true)));
    assertThat(tokenizer.vocabulary()).isEqualTo(size + 101);
    assertThat(tokenizer.bytes(size + 50)).isEmpty();
    assertThat(tokenizer.special("<late>")).hasValue(size + 100);
  }

  private static Arguments fault(
      String name, Family family, Consumer<Map<String, Object>> change, String... words) {
    return arguments(name, family, change, List.of(words));
  }

  private static Consumer<Map<String, Object>> vocabulary(String text, Object id) {
    return json -> {
      var ids = new LinkedHashMap<String, Object>(Family.GPT2.ids());
      ids.put(text, id);
      model(json).put("vocab", ids);
    };
  }

  private static Consumer<Map<String, Object>> merge(Object merge) {
    return json -> list(model(json), "merges").addFirst(merge);
  }

  static Stream<Arguments> faults() {
    String long1 = "x".repeat(1_025);
    return Stream.of(
        fault(
            "merge of no token", Family.GPT2, merge(List.of("q", "zq")), "model.merges[0]", "'zq'"),
        fault(
            "merge to no token", Family.GPT2, merge(List.of("!", "}")), "model.merges[0]", "'!}'"),
        fault("merge of one text", Family.GPT2, merge("th"), "model.merges[0]", "two tokens"),
        fault("merge of three", Family.GPT2, merge(List.of("a", "b", "c")), "model.merges[0]"),
        fault("merge of a number", Family.GPT2, merge(7), "model.merges[0]", "two tokens"),
        fault("id below 0", Family.GPT2, vocabulary("x!", -1), "model.vocab['x!']", "-1"),
        fault("id of 10 M", Family.GPT2, vocabulary("x!", 10_000_000), "10000000", "4194303"),
        fault("id of 2^40", Family.GPT2, vocabulary("x!", 1L << 40), "1099511627776"),
        fault("id 1.5", Family.GPT2, vocabulary("x!", 1.5), "1.5", "a token id"),
        fault("id a text", Family.GPT2, vocabulary("x!", "7"), "model.vocab['x!']", "'7'"),
        fault("two of one id", Family.GPT2, vocabulary("x!", 5), "model.vocab['x!']", "own"),
        fault("mostly holes", Family.GPT2, vocabulary("x!", 4_000_000), "without a token", "half"),
        fault("long token", Family.GPT2, vocabulary(long1, 900), "an id of its own"),
        fault(
            "long token",
            Family.GPT2,
            vocabulary(long1, Family.GPT2.ids().size()),
            "1025 characters long",
            "at most 1024"),
        fault("no vocabulary", Family.GPT2, json -> model(json).remove("vocab"), "model.vocab"),
        fault("no model", Family.GPT2, json -> json.remove("model"), "model is missing"),
        fault("no type", Family.GPT2, json -> model(json).remove("type"), "model.type is missing"),
        fault(
            "special without text",
            Family.GPT2,
            json ->
                list(json, "added_tokens").add(Family.added(Family.GPT2.ids().size(), "", true)),
            "empty, and special"),
        fault(
            "added token of another id",
            Family.GPT2,
            json -> list(json, "added_tokens").add(Family.added(9, "!", true)),
            "added_tokens[4].id is 9"),
        fault(
            "added token over another",
            Family.GPT2,
            json -> list(json, "added_tokens").add(Family.added(9, "<new>", true)),
            "model.vocab['<new>']"),
        fault(
            "added token of 10 M",
            Family.GPT2,
            json -> list(json, "added_tokens").add(Family.added(10_000_000, "<new>", true)),
            "added_tokens[4].id is 10000000"),
        fault(
            "added token no object",
            Family.GPT2,
            json -> list(json, "added_tokens").add(7),
            "added_tokens[4]"),
        fault(
            "unknown token that is none",
            Family.LLAMA2,
            json -> model(json).put("unk_token", "<none>"),
            "model.unk_token is '<none>'"),
        fault(
            "byte without a token",
            Family.GPT2,
            json -> {
              var ids = new LinkedHashMap<String, Object>(Family.GPT2.ids());
              ids.put("qq", requireNonNull(ids.remove("q")));
              model(json).put("vocab", ids);
              model(json).put("merges", List.of());
            },
            "without a token for byte 113"),
        fault(
            "neither bytes nor unknown",
            Family.LLAMA2,
            json -> {
              model(json).put("byte_fallback", false);
              model(json).put("unk_token", null);
            },
            "without tokens for all 256 bytes"),
        fault(
            "score no number",
            Family.UNIGRAM,
            json -> list(model(json), "vocab").add(List.of("xyzzy", "one")),
            "a finite score"),
        fault(
            "unknown id out of range",
            Family.UNIGRAM,
            json -> model(json).put("unk_id", 100_000),
            "model.unk_id is 100000"),
        fault(
            "BOS out of range",
            Family.GPT2,
            json ->
                json.put("post_processor", Family.block(BOS_TEMPLATE.replace("[1]", "[99999]"))),
            "post_processor.special_tokens.<s>"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void faultsGetASentence(
      String name, Family family, Consumer<Map<String, Object>> change, List<String> words) {
    assertThatThrownBy(() -> changed(family, change))
        .as(name)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("tokenizer.json")
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  private static Arguments refused(String block, String json, String words) {
    return arguments(block, json, words);
  }

  static Stream<Arguments> unknownParts() {
    return Stream.of(
        refused("normalizer", "{'type':'Lowercase'}", "normalizer.type is 'Lowercase'"),
        refused(
            "normalizer", "{'type':'Precompiled','precompiled_charsmap':'AA=='}", "Precompiled"),
        refused(
            "normalizer", "{'type':'Replace','pattern':{'Regex':'(a+)+$'},'content':''}", "(a+)+$"),
        refused(
            "pre_tokenizer",
            "{'type':'Split','pattern':{'Regex':'(a+)+$'},'behavior':'Isolated','invert':false}",
            "pre_tokenizer.pattern.Regex is '(a+)+$'"),
        refused(
            "pre_tokenizer",
            "{'type':'Split','pattern':{'Regex':'\\\\p{N}'},'behavior':'Removed','invert':true}",
            "Regex"),
        refused(
            "pre_tokenizer",
            "{'type':'Split','pattern':{'Regex':'\\\\p{N}'},'behavior':'Contiguous'}",
            "Contiguous"),
        refused("pre_tokenizer", "{'type':'Whitespace'}", "'Whitespace'"),
        refused(
            "pre_tokenizer", "{'type':'ByteLevel','add_prefix_space':true}", "add_prefix_space"),
        refused("pre_tokenizer", "{'type':'Metaspace','replacement':'_'}", "replacement is '_'"),
        refused("pre_tokenizer", "{'type':'Digits','speed':9}", "pre_tokenizer.speed"),
        refused("decoder", "{'type':'WordPiece','prefix':'##','cleanup':true}", "'WordPiece'"),
        refused("decoder", "{'type':'Strip','content':'x','start':1,'stop':0}", "'x'"),
        refused("post_processor", "{'type':'RobertaProcessing'}", "'RobertaProcessing'"),
        refused("model", "{'type':'WordPiece'}", "'WordPiece', msrnn has BPE and Unigram"),
        refused("model", "{'type':'BPE','dropout':0.1}", "model.dropout is 0.1"),
        refused("model", "{'type':'BPE','end_of_word_suffix':'</w>'}", "end_of_word_suffix"),
        refused("model", "{'type':'BPE','trick':true}", "model.trick"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("unknownParts")
  void whatIsUnknownIsRefusedByName(String block, String json, String words) {
    assertThatThrownBy(() -> changed(Family.GPT2, tree -> tree.put(block, Family.block(json))))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "7",
        "[]",
        "{",
        "{}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":1,\"a\":2}}}",
        "{\"model\":{},\"model\":{}}",
        "{\"model\":{\"vocab\":[[\"a\",1e999]]}}",
        "{\"model\":{\"vocab\":[[\"a\"]]}}",
        "{\"model\":{\"vocab\":{\"a\":",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}",
        "{\"surprise\":1}",
        "{\"version\":1e99999999999}",
        "{} {}",
        "\ud83d"
      })
  void whatIsNoTokenizerJsonIsRefused(String text) throws IOException {
    Path json = folder.resolve("tokenizer.json");
    Files.writeString(json, text.replace("\ud83d", "\ufffd"));
    assertThatThrownBy(() -> Family.fromJson(json))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("tokenizer.json");
  }

  @Test
  void depthAndNumberOfSettingsAreBounded() throws IOException {
    Path json = folder.resolve("tokenizer.json");
    Files.writeString(json, "{\"normalizer\":" + "[".repeat(100_000));
    assertThatThrownBy(() -> Family.fromJson(json)).isInstanceOf(ModelFileException.class);
    Files.writeString(
        json, "{\"padding\":[" + String.join(",", Collections.nCopies(100_000, "0")) + "]}");
    assertThatThrownBy(() -> Family.fromJson(json))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("at most 65536 values");
    assertThatThrownBy(() -> Family.fromJson(folder.resolve("none.json")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("none.json");
    assertThatThrownBy(() -> Family.fromJson(folder)).isInstanceOf(ModelFileException.class);
  }

  @Test
  void everyTruncationEndsInASentence() throws IOException {
    byte[] whole = Family.write(Family.LLAMA2.json()).getBytes(StandardCharsets.UTF_8);
    Path json = folder.resolve("tokenizer.json");
    for (int length = 0; length < whole.length; length += 1 + whole.length / 300) {
      Files.write(json, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Family.fromJson(json))
          .as("%d bytes", length)
          .isInstanceOf(ModelFileException.class);
    }
  }

  @Test
  void everyDamagedByteIsReadOrRefused() throws IOException {
    byte[] whole = Family.write(Family.MISTRAL3.json()).getBytes(StandardCharsets.UTF_8);
    Path json = folder.resolve("tokenizer.json");
    long seed = Long.getLong("msrnn.seed", new java.util.Random().nextLong());
    var random = new java.util.Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(i % 2 == 0 ? whole.length : 1_000);
      damaged[at] = (byte) random.nextInt(256);
      Files.write(json, damaged);
      try {
        assertThat(Family.fromJson(json).encode("the end")).isNotEmpty();
      } catch (MsrnnException e) {
        assertThat(e.getMessage()).as("seed %d, %d", seed, i).contains("tokenizer.json");
      }
    }
  }
}
