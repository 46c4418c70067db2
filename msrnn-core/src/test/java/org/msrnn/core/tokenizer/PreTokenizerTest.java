package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreTokenizerTest {
  private static List<String> words(PreTokenizer pre, String text) {
    int[] points = CodePoints.of(text);
    var words = new ArrayList<String>();
    for (int from = 0; from < points.length; ) {
      int to = pre.next(points, from, points.length);
      words.add(new String(points, from, to - from));
      from = to;
    }
    return words;
  }

  /** Matches, and what lies between them, are words. */
  private static List<String> wordsByDefinition(PreTokenizer pre, String text) {
    if (pre == PreTokenizer.AFTER_SPACE) {
      return pieces("[^ ]* |[^ ]+", text);
    }
    if (pre == PreTokenizer.BEFORE_SPACE) {
      return pieces("\u2581[^\u2581]*|[^\u2581]+", text);
    }
    return pieces(pre.expression(), text);
  }

  private static List<String> pieces(String expression, String text) {
    var words = new ArrayList<String>();
    Matcher matcher =
        Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE)
            .matcher(text);
    int from = 0;
    while (matcher.find()) {
      if (matcher.start() > from) {
        words.add(text.substring(from, matcher.start()));
      }
      words.add(matcher.group());
      from = matcher.end();
    }
    if (from < text.length()) {
      words.add(text.substring(from));
    }
    return words;
  }

  @ParameterizedTest
  @EnumSource(PreTokenizer.class)
  void theScannerAgreesWithTheRegularExpression(PreTokenizer pre) {
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    for (int i = 0; i < 4_000; i++) {
      String text = Texts.random(new Random(seed + i), 16);
      assertThat(words(pre, text))
          .as("-Dmsrnn.seed=%d", seed + i)
          .isEqualTo(wordsByDefinition(pre, text));
    }
  }

  @ParameterizedTest
  @EnumSource(PreTokenizer.class)
  void aRunOfAnythingIsCutInTimeThatGrowsWithIt(PreTokenizer pre) {
    for (String part : List.of("a", "A", "\u02b0", "\u0301", " ", "\n", "1", "'", "/", "\u02b0A")) {
      String text = part.repeat(1 << 18);
      assertThat(words(pre, text).stream().mapToInt(String::length).sum()).isEqualTo(text.length());
    }
  }

  @Test
  void wordsTakeOneSpaceBefore() {
    for (PreTokenizer pre :
        List.of(
            PreTokenizer.GPT2,
            PreTokenizer.QWEN2,
            PreTokenizer.LLAMA3,
            PreTokenizer.TEKKEN,
            PreTokenizer.GPT4O)) {
      assertThat(words(pre, "in  the end."))
          .as(pre.name())
          .containsExactly("in", " ", " the", " end", ".");
    }
  }

  @Test
  void digitsGoTogetherAsEachModelHasThem() {
    assertThat(words(PreTokenizer.GPT2, "a 12345")).containsExactly("a", " 12345");
    assertThat(words(PreTokenizer.DIGITS, "a  12")).containsExactly("a  ", "1", "2");
    assertThat(words(PreTokenizer.TEKKEN, "a 12")).containsExactly("a", " ", "1", "2");
    assertThat(words(PreTokenizer.THREE_DIGITS, "a 12345")).containsExactly("a ", "123", "45");
    assertThat(words(PreTokenizer.QWEN2, "a 123")).containsExactly("a", " ", "1", "2", "3");
    assertThat(words(PreTokenizer.LLAMA3, "a 12345")).containsExactly("a", " ", "123", "45");
  }

  @Test
  void contractionsInCapitalsCountInNewerModelsAlone() {
    assertThat(words(PreTokenizer.GPT2, "I'LL don't"))
        .containsExactly("I", "'", "LL", " don", "'t");
    assertThat(words(PreTokenizer.QWEN2, "I'LLx don't"))
        .containsExactly("I", "'LL", "x", " don", "'t");
  }

  @Test
  void capitalsBeginAWordInTekken() {
    assertThat(words(PreTokenizer.TEKKEN, "camelCase XMLParser don't/"))
        .containsExactly("camel", "Case", " XMLParser", " don", "'t", "/");
    assertThat(words(PreTokenizer.GPT4O, "camelCase don'T/\n."))
        .containsExactly("camel", "Case", " don'T", "/\n", ".");
  }

  @Test
  void lineBreaksEndAWordOfWhiteSpace() {
    assertThat(words(PreTokenizer.QWEN2, "a \n\n  b.\n\nc  "))
        .containsExactly("a", " \n\n", " ", " b", ".\n\n", "c", "  ");
    assertThat(words(PreTokenizer.GPT2, "a \n\n  b.\n\nc  "))
        .containsExactly("a", " \n\n ", " b", ".", "\n", "\n", "c", "  ");
  }
}
