package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
import org.msrnn.core.format.GgufFile;
import org.msrnn.core.format.GgufWriter;
import org.msrnn.core.format.Json;
import org.msrnn.core.format.TestFiles;

class SentencePieceBpeTest {
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String SCORES = "tokenizer.ggml.scores";
  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String ADD_SPACE = "tokenizer.ggml.add_space_prefix";
  private static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";

  /** {@code <unk>, <s>, </s>}, bytes, then texts with falling scores. */
  private static GgufWriter writer(String... texts) {
    var tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int b = 0; b < 256; b++) {
      tokens.add(String.format("<0x%02X>", b));
    }
    tokens.addAll(List.of(texts));
    int[] types = new int[tokens.size()];
    float[] scores = new float[tokens.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
      scores[i] = i < 259 ? 0 : 259 - i;
    }
    return new GgufWriter()
        .put("tokenizer.ggml.model", "llama")
        .put(TOKENS, tokens)
        .put(SCORES, scores)
        .put(TYPES, types)
        .put("tokenizer.ggml.bos_token_id", 1)
        .put("tokenizer.ggml.eos_token_id", 2)
        .put(UNKNOWN, 0);
  }

  private static Tokenizer tokenizer(GgufWriter writer) {
    try (GgufFile file = TestFiles.open(writer.bytes())) {
      return Tokenizers.from(file);
    }
  }

  private static Tokenizer stories() {
    try (GgufFile file =
        GgufFile.open(TestFiles.shared("models/stories260K/stories260K-F32.gguf"))) {
      return Tokenizers.from(file);
    }
  }

  @Test
  void theKnownStoryIsDecoded() {
    Json json = Json.read(TestFiles.shared("models/stories260K/greedy.json"));
    int[] ids = json.get("ids").ints();
    String text = json.get("text").text();
    Tokenizer tokenizer = stories();
    assertThat(tokenizer.decode(ids)).isEqualTo(text);
    var decoder = new StreamingDecoder(tokenizer, true);
    var streamed = new StringBuilder();
    for (int id : ids) {
      streamed.append(decoder.next(id));
    }
    assertThat(streamed.append(decoder.end()).toString()).isEqualTo(text);
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @Test
  void aStoryIsEncodedAsSentencePieceDoes() {
    // Ids that Hugging Face tokenizers give with the same vocabulary.
    assertThat(stories().encode("Once upon a time, Lily said \"\u00e9\ud83d\ude00\"."))
        .containsExactly(403, 407, 261, 378, 432, 317, 336, 313, 485, 243, 162, 155, 131, 436, 426);
  }

  @Test
  void bosIsAsTheFileSays() {
    Tokenizer tokenizer = stories();
    assertThat(tokenizer.bos()).hasValue(1);
    assertThat(tokenizer.eos()).hasValue(2);
    assertThat(tokenizer.addsBos()).isTrue();
    assertThat(tokenizer.addsSpacePrefix()).isTrue();
    assertThat(tokenizer.vocabulary()).isEqualTo(512);
    assertThat(tokenizer(writer().put("tokenizer.ggml.add_bos_token", false)).addsBos()).isFalse();
    assertThat(tokenizer(writer()).addsBos()).isTrue();
  }

  @Test
  void theHighestScoreMergesFirst() {
    Tokenizer tokenizer =
        tokenizer(writer("bc", "ab", "abc", "a", "b", "c", "\u2581").put(ADD_SPACE, false));
    assertThat(tokenizer.encode("abc")).containsExactly(261);
    assertThat(tokenizer.encode("abb")).containsExactly(260, 263);
    assertThat(tokenizer.encode("bcab")).containsExactly(259, 260);
  }

  @Test
  void equalScoresMergeFromTheLeft() {
    Tokenizer tokenizer =
        tokenizer(writer("aa", "a").put(ADD_SPACE, false).put(SCORES, scores(261, -0f)));
    assertThat(tokenizer.encode("aaa")).containsExactly(259, 260);
  }

  private static float[] scores(int count, float score) {
    float[] scores = new float[count];
    java.util.Arrays.fill(scores, score);
    return scores;
  }

  @Test
  void textWithoutATokenBecomesBytes() {
    Tokenizer tokenizer = tokenizer(writer("a", "\u2581").put(ADD_SPACE, false));
    assertThat(tokenizer.encode("a\u00e9 ")).containsExactly(259, 3 + 0xc3, 3 + 0xa9, 260);
    assertThat(tokenizer.decode(3 + 0xc3, 3 + 0xa9)).isEqualTo("\u00e9");
    assertThat(tokenizer.encode("<s>")).doesNotContain(1);
    assertThat(tokenizer.decode(1, 0)).isEqualTo(" \u2047 ");
  }

  @Test
  void aSpacePrefixIsAddedAndTakenAway() {
    Tokenizer with = tokenizer(writer("\u2581", "a", "\u2581a"));
    assertThat(with.encode("a")).containsExactly(261);
    assertThat(with.decode(1, 261, 261)).isEqualTo("a a");
    assertThat(with.encode("")).isEmpty();
    Tokenizer without = tokenizer(writer("\u2581", "a", "\u2581a").put(ADD_SPACE, false));
    assertThat(without.encode("a")).containsExactly(260);
    assertThat(without.decode(261)).isEqualTo(" a");
    assertThat(new StreamingDecoder(with, false).next(261)).isEqualTo(" a");
  }

  @Test
  void everyTextDecodesToItself() {
    Tokenizer tokenizer =
        tokenizer(writer("\u2581", "a", "\u2581a", "t", "h", "th", "\u2581\u2581"));
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    for (int i = 0; i < 2_000; i++) {
      // U+2581 is how spaces are written: it alone does not come back.
      String text = Texts.random(new Random(seed + i), 60).replace('\u2581', 'x');
      assertThat(tokenizer.decode(tokenizer.encode(text)))
          .as("-Dmsrnn.seed=%d", seed + i)
          .isEqualTo(text);
    }
  }

  @Test
  void loneSurrogatesBecomeReplacementCharacters() {
    Tokenizer tokenizer = tokenizer(writer("a", "\u2581"));
    assertThat(tokenizer.decode(tokenizer.encode("a\ud800b"))).isEqualTo("a\ufffdb");
    assertThat(tokenizer.decode(tokenizer.encode("\udc00"))).isEqualTo("\ufffd");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "th"})
  void aMebibyteOfOneThingIsEncoded(String part) {
    Tokenizer tokenizer =
        tokenizer(writer("a", "aa", "aaaa", "\u2581", "\u2581\u2581", "t", "h", "th", "\u2581a"));
    String text = part.repeat((1 << 20) / part.getBytes(StandardCharsets.UTF_8).length);
    assertThat(tokenizer.decode(tokenizer.encode(text)).equals(text)).isTrue();
  }

  private static Arguments value(String key, Object value, String field) {
    return arguments(key, (UnaryOperator<GgufWriter>) w -> w.put(key, value), field);
  }

  private static Arguments byteToken(String text) {
    var tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>", text));
    return arguments(
        "byte token " + text,
        (UnaryOperator<GgufWriter>)
            w -> w.put(TOKENS, tokens).put(TYPES, new int[] {2, 3, 3, 6}).put(SCORES, new float[4]),
        TOKENS + "[3]");
  }

  static Stream<Arguments> contradictions() {
    return Stream.of(
        byteToken("<0x-1>"),
        byteToken("<0xZZ>"),
        byteToken("<0x100>"),
        byteToken(""),
        arguments("no scores", (UnaryOperator<GgufWriter>) w -> w.remove(SCORES), SCORES),
        value(SCORES, new float[] {1}, SCORES + " array length"),
        value(SCORES, scores(260, Float.NaN), SCORES + "[0]"),
        value(UNKNOWN, 260, UNKNOWN),
        value(TYPES, new int[] {1}, TYPES + " array length"),
        arguments(
            "neither bytes nor unknown",
            (UnaryOperator<GgufWriter>)
                w ->
                    w.put(TOKENS, List.of("a", "b", "c"))
                        .put(TYPES, new int[] {1, 1, 1})
                        .put(SCORES, new float[3])
                        .remove(UNKNOWN),
            TOKENS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("contradictions")
  void contradictionsAreNamed(String name, UnaryOperator<GgufWriter> damage, String field) {
    assertThatThrownBy(() -> tokenizer(damage.apply(writer("a"))))
        .as(name)
        .isInstanceOfSatisfying(
            ModelFileException.class,
            e -> assertThat(e.field()).as(e.getMessage()).isEqualTo(field));
  }
}
