package org.msrnn.core.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.msrnn.core.format.TinyLlama;

/**
 * Small vocabularies for tests, trained on prose, code and hard parts by the simplest means: count
 * pairs, merge the most frequent one, start again.
 */
final class TestVocabulary {
  /** Prose and code in several scripts. */
  static final String PROSE =
      "It was the best of times, it was the worst of times; I'd say we'll see what they've done."
          + " DON'T PANIC! The quick brown fox jumps over 12 lazy dogs in 1859, 3.14159 times.\n\n"
          + "public static int add(int left, int right) {\n"
          + "    return left + right; // sum\n"
          + "}\n"
          + "for i in range(100):\n"
          + "\tprint(f\"{i:>5} {camelCase} {HTMLParser}\")\n"
          + "<div class=\"a\">caf\u00e9 na\u00efve \u00dcber stra\u00dfe</div>"
          + " https://a.b/c?d=e&f\r\n"
          + "\u0412\u0441\u0435 \u0441\u0447\u0430\u0441\u0442\u043b\u0438\u0432\u044b\u0435"
          + " \u0441\u0435\u043c\u044c\u0438 \u043f\u043e\u0445\u043e\u0436\u0438."
          + " \u4f60\u597d\uff0c\u4e16\u754c\u3002\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002"
          + " \ud55c\uad6d\uc5b4 \ubb38\uc7a5 \u0645\u0631\u062d\u0628\u0627"
          + " \ud83d\ude00\ud83d\ude00 \u0928\u092e\u0938\u094d\u0924\u0947 The End. The end of the"
          + " thing, then.\n";

  final List<String> texts = new ArrayList<>();
  final List<String[]> merges = new ArrayList<>();
  final Map<String, Double> scores = new LinkedHashMap<>();

  private TestVocabulary() {}

  /** Without added tokens and names of bytes: text is not to become them by merging. */
  private static String corpus() {
    var corpus = new StringBuilder(PROSE.repeat(4));
    for (int i = 0; i < 300; i++) {
      corpus.append(Texts.random(new Random(i), 12));
    }
    return corpus.toString().replace("<tool", "").replace("<0x", "");
  }

  /** Merges of bytes; the texts are written in GPT-2's alphabet. */
  static TestVocabulary byteLevel(int merges) {
    var result = new TestVocabulary();
    result.texts.addAll(TinyLlama.byteTokens());
    var words = new HashMap<List<String>, Integer>();
    List<String> alphabet = TinyLlama.byteTokens();
    Pattern.compile(" ?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+\\n*|\\s+")
        .matcher(corpus())
        .results()
        .forEach(
            match -> {
              var word = new ArrayList<String>();
              for (byte b : match.group().getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
                word.add(alphabet.get(b & 0xff));
              }
              words.merge(word, 1, Integer::sum);
            });
    result.train(words, merges);
    return result;
  }

  /**
   * Merges of characters; every way to make a token is a merge, as Hugging Face's files have it.
   */
  static TestVocabulary characters(int merges) {
    var result = new TestVocabulary();
    var words = new HashMap<List<String>, Integer>();
    Pattern.compile("\u2581*[^\u2581]*")
        .matcher(corpus().replace(' ', '\u2581'))
        .results()
        .forEach(match -> words.merge(characters(match.group()), 1, Integer::sum));
    var frequent = new TreeMap<String, Integer>();
    words.forEach((word, n) -> word.forEach(c -> frequent.merge(c, n, Integer::sum)));
    // Rare characters stay without a token.
    frequent.forEach((c, n) -> addIf(n > 3, c, result.texts));
    var known = new HashMap<List<String>, Integer>();
    words.forEach(
        (word, n) ->
            known.merge(word.stream().filter(result.texts::contains).toList(), n, Integer::sum));
    int characters = result.texts.size();
    result.train(known, merges);
    result.merges.clear();
    for (String text : result.texts.subList(characters, result.texts.size())) {
      for (int at = text.offsetByCodePoints(0, 1);
          at < text.length();
          at = text.offsetByCodePoints(at, 1)) {
        if (result.texts.contains(text.substring(0, at))
            && result.texts.contains(text.substring(at))) {
          result.merges.add(new String[] {text.substring(0, at), text.substring(at)});
        }
      }
    }
    return result;
  }

  /** Frequent pieces of words with the logarithm of their share. */
  static TestVocabulary unigram(int pieces) {
    var result = new TestVocabulary();
    var counts = new TreeMap<String, Integer>();
    for (String word : corpus().replace(' ', '\u2581').split("(?=\u2581)", -1)) {
      List<String> characters = characters(word);
      for (int from = 0; from < characters.size(); from++) {
        var piece = new StringBuilder();
        for (int to = from; to < Math.min(characters.size(), from + 8); to++) {
          counts.merge(piece.append(characters.get(to)).toString(), 1, Integer::sum);
        }
      }
    }
    double all = counts.values().stream().mapToInt(n -> n).sum();
    counts.entrySet().stream()
        .filter(e -> e.getValue() > 3)
        .sorted(Comparator.comparingInt(e -> -e.getValue()))
        .limit(pieces)
        .forEach(e -> result.scores.put(e.getKey(), Math.log(e.getValue() / all)));
    result.texts.addAll(result.scores.keySet());
    return result;
  }

  private static void addIf(boolean condition, String text, List<String> list) {
    if (condition) {
      list.add(text);
    }
  }

  private static List<String> characters(String text) {
    return text.codePoints().mapToObj(Character::toString).toList();
  }

  private void train(Map<List<String>, Integer> words, int count) {
    Map<List<String>, Integer> now = words;
    while (merges.size() < count) {
      var pairs = new HashMap<List<String>, Integer>();
      now.forEach(
          (word, n) -> {
            for (int i = 1; i < word.size(); i++) {
              pairs.merge(word.subList(i - 1, i + 1), n, Integer::sum);
            }
          });
      List<String> best =
          Collections.max(
                  pairs.entrySet(),
                  Map.Entry.<List<String>, Integer>comparingByValue()
                      .thenComparing(e -> String.join(" ", e.getKey())))
              .getKey();
      merges.add(best.toArray(new String[0]));
      addIf(!texts.contains(String.join("", best)), String.join("", best), texts);
      var next = new HashMap<List<String>, Integer>();
      now.forEach((word, n) -> next.merge(merged(word, best), n, Integer::sum));
      now = next;
    }
  }

  private static List<String> merged(List<String> word, List<String> pair) {
    var out = new ArrayList<String>(word.size());
    for (int i = 0; i < word.size(); i++) {
      if (i + 1 < word.size() && word.subList(i, i + 2).equals(pair)) {
        out.add(String.join("", pair));
        i++;
      } else {
        out.add(word.get(i));
      }
    }
    return List.copyOf(out);
  }

  /** The prose in Unicode's composed form. */
  static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }
}
