package org.msrnn.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.bundled.BundledText;

/**
 * Generates needle-in-a-haystack items in RULER's format (Hsieh et al., arXiv 2404.06654): its
 * sentences and its fitting rule, own words and own haystack. Results are to be called "RULER
 * format", not RULER.
 *
 * <p>Differences from RULER's scripts: prose is the bundled story, begun at a random sentence, not
 * Paul Graham's essays; prose is fitted by the sentence, not by the word.
 */
public final class RetrievalItems {
  private static final String NOISE =
      "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";
  private static final int DEPTHS = 40;

  private final ToIntFunction<String> tokens;
  private final int length;
  private final int newTokens;
  private final long seed;
  private final List<String> adjectives = BundledText.adjectives();
  private final List<String> nouns = BundledText.nouns();
  private final List<String> prose = sentences(BundledText.story());

  /**
   * A generator.
   *
   * @param tokens counts the tokens of a text, BOS included where the model wants it
   * @param length the most tokens that prompt and answer may take together
   * @param newTokens of which this many are kept for the answer
   * @param seed the same seed gives the same items
   */
  public RetrievalItems(ToIntFunction<String> tokens, int length, int newTokens, long seed) {
    this.tokens = tokens;
    this.length = length;
    this.newTokens = newTokens;
    this.seed = seed;
  }

  /** {@code count} items, the kinds in turn. */
  public List<RetrievalItem> items(List<RetrievalKind> kinds, int count) {
    List<RetrievalItem> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(item(kinds.get(i % kinds.size()), i / kinds.size()));
    }
    return items;
  }

  /**
   * One item.
   *
   * @throws InvalidOptionException if not even one sentence of haystack a needle fits the length
   */
  public RetrievalItem item(RetrievalKind kind, int number) {
    Draw draw = draw(kind, number);
    int least = kind.keys() * kind.valuesPerKey();
    if (!fits(draw, least)) {
      throw new InvalidOptionException(
          "length",
          length + " tokens",
          "what " + kind.written() + " takes, " + (size(draw, least)) + " tokens or more");
    }
    int units = least; // the most units known to fit
    int tooMany = 2 * least;
    while (fits(draw, tooMany)) {
      units = tooMany;
      tooMany *= 2;
    }
    while (tooMany - units > 1) {
      int middle = (units + tooMany) >>> 1;
      if (fits(draw, middle)) {
        units = middle;
      } else {
        tooMany = middle;
      }
    }
    return new RetrievalItem(
        kind.written() + "/" + number, kind, prompt(draw, units), draw.answers());
  }

  private boolean fits(Draw draw, int units) {
    return size(draw, units) <= length;
  }

  private int size(Draw draw, int units) {
    return Math.addExact(tokens.applyAsInt(prompt(draw, units)), newTokens);
  }

  /** All that is random in an item, drawn before its size is known. */
  private record Draw(
      RetrievalKind kind,
      List<String> needles,
      double[] depths,
      int start,
      List<String> asked,
      List<String> answers) {}

  private Draw draw(RetrievalKind kind, int number) {
    Random random = new Random(mix(seed * 1_000_003 + 31L * number + kind.ordinal()));
    Set<String> keys = new LinkedHashSet<>();
    while (keys.size() < kind.keys()) {
      keys.add(pick(adjectives, random) + "-" + pick(nouns, random));
    }
    Set<String> values = new LinkedHashSet<>();
    while (values.size() < kind.keys() * kind.valuesPerKey()) {
      values.add(Integer.toString(1_000_000 + random.nextInt(9_000_000)));
    }
    List<String> needles = new ArrayList<>();
    List<String> asked = List.copyOf(keys).subList(0, kind.queries());
    List<String> answers = new ArrayList<>();
    var value = values.iterator();
    for (String key : keys) {
      for (int v = 0; v < kind.valuesPerKey(); v++) {
        String number7 = value.next();
        needles.add("One of the special magic numbers for " + key + " is: " + number7 + ".");
        if (asked.contains(key)) {
          answers.add(number7);
        }
      }
    }
    java.util.Collections.shuffle(needles, random);
    double[] depths = new double[needles.size()];
    for (int i = 0; i < depths.length; i++) {
      depths[i] = random.nextInt(DEPTHS) / (double) (DEPTHS - 1);
    }
    Arrays.sort(depths);
    return new Draw(kind, needles, depths, random.nextInt(prose.size()), asked, answers);
  }

  private String prompt(Draw draw, int units) {
    List<String> lines = new ArrayList<>(units + draw.needles().size());
    int needle = 0;
    for (int unit = 0; unit <= units; unit++) {
      while (needle < draw.depths().length && Math.round(draw.depths()[needle] * units) == unit) {
        lines.add(draw.needles().get(needle++));
      }
      if (unit < units) {
        lines.add(draw.kind().prose() ? prose.get((draw.start() + unit) % prose.size()) : NOISE);
      }
    }
    String context = String.join(draw.kind().prose() ? " " : "\n", lines);
    return wrap(context, queried(draw.asked()), draw.answers().size() == 1);
  }

  private static String wrap(String context, String query, boolean one) {
    String some = one ? "A special magic number is" : "Some special magic numbers are";
    String what = one ? "is the special magic number" : "are all the special magic numbers";
    String type = one ? "number" : "numbers";
    return some
        + " hidden within the following text. Make sure to memorize it. I will quiz you about the "
        + type
        + " afterwards.\n"
        + context
        + "\nWhat "
        + what
        + " for "
        + query
        + " mentioned in the provided text? The special magic "
        + type
        + " for "
        + query
        + " mentioned in the provided text "
        + (one ? "is" : "are");
  }

  private static String queried(List<String> keys) {
    if (keys.size() == 1) {
      return keys.getFirst();
    }
    return String.join(", ", keys.subList(0, keys.size() - 1)) + ", and " + keys.getLast();
  }

  private static String pick(List<String> words, Random random) {
    return words.get(random.nextInt(words.size()));
  }

  /** Neighbouring seeds give unrelated streams (SplitMix64's finaliser). */
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }

  /** The story's sentences, without its headings. */
  private static List<String> sentences(String story) {
    return story
        .lines()
        .filter(line -> !line.isBlank() && !line.equals(line.toUpperCase(java.util.Locale.ROOT)))
        .flatMap(line -> Arrays.stream(line.strip().split("(?<=[.!?][\"']?)\\s+", -1)))
        .filter(sentence -> !sentence.isBlank())
        .toList();
  }
}
