package org.msrnn.core.tokenizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.core.format.TestFiles;

/**
 * Our tokenizers against Hugging Face's library. {@code -Dmsrnn.tokenizer.texts=100000} sets how
 * many texts a family gets, {@code -Dmsrnn.seed=N} with which ones to begin.
 */
class TokenizerOracleTest {
  private static final int TEXTS = Integer.getInteger("msrnn.tokenizer.texts", 1_500);
  private static final long SEED = Long.getLong("msrnn.seed", 20_251_124L);

  @TempDir Path folder;

  private static HuggingFaceTokenizer oracle(Path json) throws IOException {
    try (InputStream in = Files.newInputStream(json)) {
      return HuggingFaceTokenizer.newInstance(
          in, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    }
  }

  private static int[] ids(HuggingFaceTokenizer oracle, String text) {
    Encoding encoding = oracle.encode(text, false, false);
    return Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
  }

  private static String streamed(Tokenizer tokenizer, int[] ids) {
    var decoder = new StreamingDecoder(tokenizer, true);
    var text = new StringBuilder();
    for (int id : ids) {
      String part = decoder.next(id);
      assertThat(part).doesNotEndWith("\ufffd\ufffd\ufffd");
      text.append(part);
    }
    return text.append(decoder.end()).toString();
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void idsAndTextsAreThoseOfTheOracle(Family family) throws IOException {
    Path json = Family.write(family.json(), folder);
    Tokenizer tokenizer = Family.fromJson(json);
    var differences = new ArrayList<Long>();
    try (HuggingFaceTokenizer oracle = oracle(json)) {
      for (long seed = SEED; seed < SEED + TEXTS; seed++) {
        String text = Texts.mixed(new Random(seed), TestVocabulary.PROSE);
        if (family == Family.UNIGRAM) {
          // The library, unlike sentencepiece itself, takes the name of a byte for the byte.
          text = text.replace("<0x", "<");
        }
        int[] expected = ids(oracle, text);
        int[] found = tokenizer.encode(text);
        if (TEXTS > 10_000 && !Arrays.equals(found, expected)) {
          differences.add(seed);
          continue;
        }
        assertThat(found)
            .as("%s, -Dmsrnn.seed=%d: %s", family, seed, shown(text))
            .isEqualTo(expected);
        String decoded = tokenizer.decode(found);
        assertThat(streamed(tokenizer, found)).isEqualTo(decoded);
        if (family.kind != Family.Kind.UNIGRAM_WITHOUT_BYTES
            && family.kind != Family.Kind.CHARACTERS_WITHOUT_BYTES
            && family != Family.UNIGRAM) {
          long[] wide = Arrays.stream(expected).asLongStream().toArray();
          assertThat(decoded)
              .as("%s, -Dmsrnn.seed=%d: %s", family, seed, shown(text))
              .isEqualTo(oracle.decode(wide, true));
        }
      }
    }
    assertThat(differences).as("seeds of %d texts that differ", TEXTS).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Family.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITHOUT_BYTES", "UNIGRAM", "UNIGRAM_WITHOUT_BYTES", "MISTRAL3"})
  void aGgufFileWithTheSameVocabularyGivesTheSameIds(Family family) {
    Tokenizer fromJson = Family.fromJson(Family.write(family.json(), folder));
    Tokenizer fromGguf = family.fromGguf();
    for (long seed = SEED; seed < SEED + TEXTS; seed++) {
      String text = Texts.mixed(new Random(seed), TestVocabulary.PROSE);
      // GGUF does not say that a text is composed first.
      String input = family == Family.QWEN2 ? TestVocabulary.composed(text) : text;
      assertThat(fromGguf.encode(input))
          .as("%s, -Dmsrnn.seed=%d: %s", family, seed, shown(text))
          .isEqualTo(fromJson.encode(input));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Family.class,
      names = {"LLAMA2", "GEMMA", "MISTRAL3", "QWEN2", "SMOLLM", "UNIGRAM"})
  void addedTokensAreFoundUnderTheirConditions(Family family) throws IOException {
    Map<String, Object> tree = family.json();
    var added = new ArrayList<Object>((List<?>) requireNonNull(tree.get("added_tokens")));
    tree.put("added_tokens", added);
    int id = family.ids().size();
    added.add(Family.added(id++, "[left]", false, "lstrip"));
    added.add(Family.added(id++, "[right]", false, "rstrip"));
    added.add(Family.added(id++, "[both]", false, "lstrip", "rstrip"));
    added.add(Family.added(id++, "word", false, "single_word"));
    added.add(Family.added(id++, "[n m]", false, "normalized"));
    added.add(Family.added(id++, "A\u030angstrom", false, "normalized"));
    added.add(Family.added(id++, "<tool>s", false));
    String[] parts = {
      "[left]",
      "[right]",
      "[both]",
      "word",
      "[n m]",
      "A\u030angstrom",
      "\u00c5ngstrom",
      "<tool>",
      "<tool>s",
      "<to",
      " ",
      " ",
      "  ",
      "a",
      "\n",
      "x y",
      "1",
      "_",
      "\u00e9",
      "\u3000",
      "."
    };
    Path json = Family.write(tree, folder);
    Tokenizer tokenizer = Family.fromJson(json);
    try (HuggingFaceTokenizer oracle = oracle(json)) {
      for (long seed = SEED; seed < SEED + TEXTS; seed++) {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
          text.append(parts[random.nextInt(parts.length)]);
        }
        assertThat(tokenizer.encode(text.toString()))
            .as("%s, -Dmsrnn.seed=%d: %s", family, seed, shown(text.toString()))
            .isEqualTo(ids(oracle, text.toString()));
      }
    }
  }

  @Test
  void theReferenceModelIsTokenizedAsByTheOracle() throws IOException {
    Path json = TestFiles.shared("models/hf/tokenizer.json");
    Tokenizer tokenizer = Family.fromJson(json);
    String prose =
        Files.readString(TestFiles.shared("data/novels/Doyle_Hound_1902.txt"))
            .substring(0, 200_000);
    try (HuggingFaceTokenizer oracle = oracle(json)) {
      for (long seed = SEED; seed < SEED + TEXTS; seed++) {
        String text = Texts.mixed(new Random(seed), prose);
        assertThat(tokenizer.encode(text))
            .as("-Dmsrnn.seed=%d: %s", seed, shown(text))
            .isEqualTo(ids(oracle, text));
      }
      assertThat(tokenizer.encode(prose)).isEqualTo(ids(oracle, prose));
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aLongRunOfAnythingIsEncoded(Family family) {
    Tokenizer tokenizer = Family.fromJson(Family.write(family.json(), folder));
    for (String part : List.of("a", " ", "\n", "7", "the", "\u0301\u0323", "\ud83d\ude00", "'")) {
      String text = part.repeat((1 << 17) / part.getBytes(StandardCharsets.UTF_8).length);
      assertThat(tokenizer.encode(text)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<s>", "</s>", "<unk>", "<s>a</s>"})
  void textThatLooksLikeASpecialTokenIsText(String text) {
    for (Family family : Family.values()) {
      Tokenizer tokenizer = Family.fromJson(Family.write(family.json(), folder));
      assertThat(tokenizer.encode(text)).as(family.name()).doesNotContain(1, 2);
      assertThat(tokenizer.special("<s>")).hasValue(1);
      assertThat(tokenizer.special("<tool>")).hasValue(tokenizer.vocabulary() - 1);
      assertThat(tokenizer.special("the")).isEmpty();
      assertThat(tokenizer.ends(2)).isTrue();
      assertThat(tokenizer.ends(1)).isFalse();
      assertThat(tokenizer.ends(-1)).isFalse();
    }
  }

  private static String shown(String text) {
    return Family.write(text);
  }
}
