package org.msrnn.eval.retrieval;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.msrnn.eval.bundled.BundledText;

/**
 * What haystacks and needles are made of: the project's own words and story, and the documents that
 * the user brings.
 *
 * @param adjectives first halves of keys
 * @param nouns second halves of keys
 * @param words plain words, all different
 * @param prose the sentences of a story
 * @param questions questions with the documents that answer them; may be empty
 */
record Material(
    List<String> adjectives,
    List<String> nouns,
    List<String> words,
    List<String> prose,
    List<DocumentQuestion> questions) {

  /** RULER's line of noise. */
  static final String NOISE =
      "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";

  // Within a word there is no capital, apostrophe or hyphen: names and halves of words stay out.
  private static final Pattern WORD = Pattern.compile("(?<![\\p{L}'’-])[a-z]{4,}(?![\\p{L}'’-])");

  /** What the program brings, and these questions. */
  static Material bundled(List<DocumentQuestion> questions) {
    String story = BundledText.story();
    Set<String> words = new LinkedHashSet<>(BundledText.adjectives());
    words.addAll(BundledText.nouns());
    WORD.matcher(story).results().map(MatchResult::group).forEach(words::add);
    return new Material(
        BundledText.adjectives(),
        BundledText.nouns(),
        List.copyOf(words),
        sentences(story),
        List.copyOf(questions));
  }

  /** A key such as {@code swift-harbour}. */
  String pair(Random random) {
    return pick(adjectives, random) + "-" + pick(nouns, random);
  }

  static <T> T pick(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  /** The story's sentences, without its headings. */
  private static List<String> sentences(String story) {
    return story
        .lines()
        .filter(line -> !line.isBlank() && !line.equals(line.toUpperCase(Locale.ROOT)))
        .flatMap(line -> Arrays.stream(line.strip().split("(?<=[.!?][\"']?)\\s+", -1)))
        .filter(sentence -> !sentence.isBlank())
        .toList();
  }
}
