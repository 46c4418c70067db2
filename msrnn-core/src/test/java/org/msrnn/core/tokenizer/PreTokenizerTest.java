package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreTokenizerTest {
  private static final String MODERN =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,DIGITS}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private static List<String> words(PreTokenizer pre, String text) {
    int[] points = CodePoints.of(text, 0, text.length());
    var words = new ArrayList<String>();
    for (int from = 0; from < points.length; ) {
      int to = pre.next(points, from, points.length);
      words.add(new String(points, from, to - from));
      from = to;
    }
    return words;
  }

  private static Pattern pattern(PreTokenizer pre) {
    String expression =
        switch (pre) {
          // The digit alone comes first, and ends the text for what stands before it.
          case GPT2 -> GPT2;
          case SMOLLM ->
              "\\p{N}|" + GPT2.replace("| ?\\p{N}+", "").replace("(?!\\S)", "(?![^\\s\\p{N}])");
          case QWEN2 -> MODERN.replace("DIGITS", "1");
          case LLAMA_BPE -> MODERN.replace("DIGITS", "3");
        };
    return Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE);
  }

  @ParameterizedTest
  @EnumSource(PreTokenizer.class)
  void theScannerAgreesWithTheRegularExpression(PreTokenizer pre) {
    Pattern pattern = pattern(pre);
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    for (int i = 0; i < 4_000; i++) {
      String text = Texts.random(new Random(seed + i), 16);
      var expected = new ArrayList<String>();
      pattern.matcher(text).results().forEach(match -> expected.add(match.group()));
      assertThat(words(pre, text)).as("-Dmsrnn.seed=%d", seed + i).isEqualTo(expected);
    }
  }

  @Test
  void wordsTakeOneSpaceBefore() {
    for (PreTokenizer pre : PreTokenizer.values()) {
      assertThat(words(pre, "in  the end."))
          .as(pre.name())
          .containsExactly("in", " ", " the", " end", ".");
    }
  }

  @Test
  void digitsGoTogetherAsEachModelHasThem() {
    assertThat(words(PreTokenizer.GPT2, "a 12345")).containsExactly("a", " 12345");
    assertThat(words(PreTokenizer.SMOLLM, "a  12")).containsExactly("a", "  ", "1", "2");
    assertThat(words(PreTokenizer.QWEN2, "a 123")).containsExactly("a", " ", "1", "2", "3");
    assertThat(words(PreTokenizer.LLAMA_BPE, "a 12345")).containsExactly("a", " ", "123", "45");
  }

  @Test
  void contractionsInCapitalsCountInNewerModelsAlone() {
    assertThat(words(PreTokenizer.GPT2, "I'LL don't"))
        .containsExactly("I", "'", "LL", " don", "'t");
    assertThat(words(PreTokenizer.QWEN2, "I'LLx don't"))
        .containsExactly("I", "'LL", "x", " don", "'t");
  }

  @Test
  void lineBreaksEndAWordOfWhiteSpace() {
    assertThat(words(PreTokenizer.QWEN2, "a \n\n  b.\n\nc  "))
        .containsExactly("a", " \n\n", " ", " b", ".\n\n", "c", "  ");
    assertThat(words(PreTokenizer.GPT2, "a \n\n  b.\n\nc  "))
        .containsExactly("a", " \n\n ", " b", ".", "\n", "\n", "c", "  ");
  }
}
