package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.format.GgufFile;
import org.msrnn.core.format.GgufWriter;
import org.msrnn.core.format.Json;
import org.msrnn.core.format.TestFiles;
import org.msrnn.core.format.TinyLlama;

class ByteLevelBpeTest {
  private static final String PRE = "tokenizer.ggml.pre";
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String MERGES = "tokenizer.ggml.merges";
  private static final String BOS = "tokenizer.ggml.bos_token_id";
  private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";

  private static GgufWriter tiny() {
    return TinyLlama.writer(1, TensorType.F32);
  }

  private static Tokenizer tokenizer(GgufWriter writer) {
    try (GgufFile file = TestFiles.open(writer.bytes())) {
      return Tokenizers.from(file);
    }
  }

  private static Tokenizer bookworm() {
    try (GgufFile file = GgufFile.open(TestFiles.shared("models/bookworm-Q8_0.gguf"))) {
      return Tokenizers.from(file);
    }
  }

  @Test
  void allReferenceIdsAreFound() {
    Tokenizer tokenizer = bookworm();
    Json json = Json.read(TestFiles.shared("expected/tokens.json"));
    List<Json> strings = json.get("strings").list();
    assertThat(strings).hasSizeGreaterThan(15);
    for (Json entry : strings) {
      String text = entry.get("text").text();
      int[] ids = entry.get("ids").ints();
      assertThat(tokenizer.encode(text)).as(text).containsExactly(ids);
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }
    Json greedy = json.get("greedy");
    assertThat(tokenizer.decode(greedy.get("ids").ints())).isEqualTo(greedy.get("text").text());
  }

  @Test
  void bosIsAsTheFileSays() {
    assertThat(bookworm().bos()).hasValue(0);
    assertThat(bookworm().eos()).hasValue(0);
    assertThat(bookworm().addsBos()).isTrue();
    assertThat(bookworm().addsSpacePrefix()).isFalse();
    assertThat(tokenizer(tiny().put(ADD_BOS, false)).addsBos()).isFalse();
    assertThat(tokenizer(tiny().remove(ADD_BOS)).addsBos()).isFalse();
    assertThat(tokenizer(tiny().remove(ADD_BOS).put(PRE, "llama-bpe")).addsBos()).isTrue();
    assertThat(tokenizer(tiny().remove(ADD_BOS).remove(BOS)).bos()).isEmpty();
  }

  @Test
  void mergesGoByRank() {
    Tokenizer tokenizer = tokenizer(tiny());
    assertThat(tokenizer.vocabulary()).isEqualTo(TinyLlama.VOCABULARY);
    assertThat(tokenizer.encode("the")).containsExactly(257);
    assertThat(tokenizer.encode("in the end")).containsExactly('i', 'n', 258, ' ', 'e', 'n', 'd');
    assertThat(tokenizer.encode("thth")).containsExactly(256, 256);
  }

  @Test
  void textThatLooksLikeASpecialTokenIsText() {
    Tokenizer tokenizer = tokenizer(tiny());
    assertThat(tokenizer.encode("<|end|>")).doesNotContain(TinyLlama.BOS);
    assertThat(tokenizer.decode(tokenizer.encode("<|end|>"))).isEqualTo("<|end|>");
    assertThat(tokenizer.bytes(TinyLlama.BOS)).isEmpty();
  }

  @Test
  void llamaTakesWholeWordsFirst() {
    List<String> tokens = new ArrayList<>(TinyLlama.byteTokens());
    tokens.addAll(List.of("th", "the", "xyz", "<|end|>"));
    GgufWriter writer = tiny().put(TOKENS, tokens).put(MERGES, List.of("t h", "th e"));
    assertThat(tokenizer(writer.put(PRE, "qwen2")).encode("xyz")).containsExactly('x', 'y', 'z');
    assertThat(tokenizer(writer.put(PRE, "llama-bpe")).encode("xyz")).containsExactly(258);
    assertThat(tokenizer(writer).encode("xyzx")).containsExactly('x', 'y', 'z', 'x');
  }

  @Test
  void addedWordsAreFoundLeftmostAndLongest() {
    List<String> tokens = new ArrayList<>(TinyLlama.byteTokens());
    tokens.addAll(List.of("th", "<a>", "<a>  b", "<|end|>"));
    int[] types = new int[260];
    java.util.Arrays.fill(types, 1);
    types[257] = 4;
    types[258] = 4;
    types[259] = 3;
    Tokenizer tokenizer =
        tokenizer(tiny().put(TOKENS, tokens).put(TYPES, types).put(MERGES, List.of("t h")));
    assertThat(tokenizer.encode("th<a>  b<a><a> b")).containsExactly(256, 258, 257, 257, ' ', 'b');
    assertThat(tokenizer.encode("<a>  ")).containsExactly(257, ' ', ' ');
    assertThat(tokenizer.encode("<a")).containsExactly('<', 'a');
    assertThat(tokenizer.decode(258)).isEqualTo("<a>  b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2",
        "smollm",
        "refact",
        "qwen2",
        "llama-bpe",
        "dbrx",
        "tekken",
        "gpt-4o",
        "default"
      })
  void everyTextDecodesToItself(String pre) {
    Tokenizer tokenizer = tokenizer(tiny().put(PRE, pre));
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    for (int i = 0; i < 2_000; i++) {
      String text = Texts.random(new Random(seed + i), 60);
      assertThat(tokenizer.decode(tokenizer.encode(text)))
          .as("%s, -Dmsrnn.seed=%d", pre, seed + i)
          .isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "qwen2", "llama-bpe"})
  void loneSurrogatesBecomeReplacementCharacters(String pre) {
    Tokenizer tokenizer = tokenizer(tiny().put(PRE, pre));
    for (String text :
        List.of("\ud800", "\udc00", "a\ud83d", "\ude00b", "\udc00\ud800", "\ud800 x")) {
      String expected = text.replaceAll("[\\ud800-\\udfff]", "\ufffd");
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\n", "1", "th", "\ud83d\ude00"})
  void aMebibyteOfOneThingIsEncoded(String part) {
    for (String pre : List.of("gpt2", "qwen2", "llama-bpe")) {
      Tokenizer tokenizer = tokenizer(tiny().put(PRE, pre));
      int count = (1 << 20) / part.getBytes(StandardCharsets.UTF_8).length;
      String text = part.repeat(count);
      assertThat(tokenizer.decode(tokenizer.encode(text)).equals(text)).as(pre).isTrue();
    }
  }

  private static Arguments value(String key, Object value, String field) {
    return arguments(key, (UnaryOperator<GgufWriter>) w -> w.put(key, value), field);
  }

  static Stream<Arguments> contradictions() {
    return Stream.of(
        arguments("no tokens", (UnaryOperator<GgufWriter>) w -> w.remove(TOKENS), TOKENS),
        arguments("no merges", (UnaryOperator<GgufWriter>) w -> w.remove(MERGES), MERGES),
        value(TOKENS, List.of(), TOKENS),
        arguments(
            "4 M tokens and one",
            (UnaryOperator<GgufWriter>)
                w -> w.put(TOKENS, Collections.nCopies((1 << 22) + 1, "")).remove(TYPES),
            TOKENS),
        arguments(
            "a special token without a text",
            (UnaryOperator<GgufWriter>)
                w ->
                    w.put(TOKENS, List.of("a", ""))
                        .put(TYPES, new int[] {1, 3})
                        .put(BOS, 1)
                        .put("tokenizer.ggml.eos_token_id", 1),
            TOKENS + "[1]"),
        arguments(
            "a token of 1025 characters",
            (UnaryOperator<GgufWriter>)
                w -> w.put(TOKENS, List.of("a".repeat(1_025))).remove(TYPES),
            TOKENS + "[0]"),
        value("tokenizer.ggml.eot_token_id", 260, "tokenizer.ggml.eot_token_id"),
        value("tokenizer.ggml.eos_token_ids", new int[] {1, -1}, "tokenizer.ggml.eos_token_ids[1]"),
        value(TOKENS, 7, TOKENS),
        value(TOKENS, List.of("a", "b"), TYPES + " array length"),
        value(TYPES, new int[] {1}, TYPES + " array length"),
        value(TYPES, new int[] {7}, TYPES + "[0]"),
        value(TYPES, new int[] {-1}, TYPES + "[0]"),
        value(MERGES, List.of("t h", "x y"), MERGES + "[1]"),
        value(MERGES, List.of("t \u4f60"), MERGES + "[0]"),
        value(MERGES, List.of(""), MERGES + "[0]"),
        value(MERGES, List.of("th"), MERGES + "[0]"),
        value(MERGES, List.of("t "), MERGES + "[0]"),
        value(BOS, 260, BOS),
        value(BOS, -1, BOS),
        value(ADD_BOS, 1, ADD_BOS),
        arguments(
            "BOS wanted, none there", (UnaryOperator<GgufWriter>) w -> w.remove(BOS), ADD_BOS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("contradictions")
  void contradictionsAreNamed(String name, UnaryOperator<GgufWriter> damage, String field) {
    assertThatThrownBy(() -> tokenizer(damage.apply(tiny())))
        .as(name)
        .isInstanceOfSatisfying(
            ModelFileException.class,
            e -> assertThat(e.field()).as(e.getMessage()).isEqualTo(field));
  }

  @Test
  void aVocabularyWithoutAllBytesIsRefused() {
    List<String> tokens = new ArrayList<>(TinyLlama.byteTokens());
    tokens.addAll(List.of("th", "the", "\u0120the", "<|end|>"));
    tokens.set('q', "qq");
    assertThatThrownBy(() -> tokenizer(tiny().put(TOKENS, tokens)))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("without a token for byte 113");
  }

  @Test
  void bytesThatAVocabularyNeverSawAreLeftOut() {
    List<String> tokens = new ArrayList<>(TinyLlama.byteTokens());
    tokens.addAll(List.of("th", "the", "\u0120the", "<|end|>"));
    tokens.set(0xf1, "qq");
    Tokenizer tokenizer = tokenizer(tiny().put(TOKENS, tokens));
    assertThat(tokenizer.encode("a\ud8c0\udc00b")).containsExactly('a', 0x80, 0x80, 0x80, 'b');
  }

  @Test
  void unknownPreTokenizersAreRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> tokenizer(tiny().put(PRE, "bloom")))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("tokenizer.ggml.pre is bloom, msrnn has gpt-2, smollm,");
    assertThatThrownBy(() -> tokenizer(tiny().remove(PRE)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("tokenizer.ggml.pre is missing");
  }
}
