package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.retrieval.Haystack.Needle;

/**
 * RULER's needle tasks (Hsieh et al., arXiv 2404.06654): sentences of the form "key is value" in a
 * haystack.
 *
 * <p>Differences from RULER's script: prose is the bundled story, begun at a random sentence, and
 * is fitted by the sentence, not by the word; a depth is a share of characters, not of sentences;
 * no other needle has the key or the value that is asked for.
 *
 * @param hay what the needles are hidden in
 * @param key what keys are
 * @param value what values are
 * @param keys needles with keys of their own
 * @param valuesPerKey values a key
 * @param queries keys asked for
 */
record Needles(Hay hay, Piece key, Piece value, int keys, int valuesPerKey, int queries)
    implements Recipe {
  private static final int DEPTHS = 40;

  /** What needles are hidden in. */
  enum Hay {
    /** One line, repeated. */
    NOISE,
    /** A story. */
    PROSE,
    /** Other needles. */
    NEEDLES
  }

  /** What keys and values are. */
  enum Piece {
    WORDS,
    NUMBERS,
    UUIDS;

    String draw(Random random, Material material) {
      return switch (this) {
        case WORDS -> material.pair(random);
        case NUMBERS -> Integer.toString(1_000_000 + random.nextInt(9_000_000));
        case UUIDS -> uuid(random);
      };
    }

    /** So many, all different. */
    List<String> draw(int count, Random random, Material material) {
      Set<String> all = new LinkedHashSet<>();
      while (all.size() < count) {
        all.add(draw(random, material));
      }
      return List.copyOf(all);
    }

    String several() {
      return name().toLowerCase(Locale.ROOT);
    }

    String one() {
      return several().substring(0, several().length() - 1);
    }
  }

  /** A UUID of version 4. */
  static String uuid(Random random) {
    long high = (random.nextLong() & ~0xf000L) | 0x4000L;
    long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
    return new UUID(high, low).toString();
  }

  @Override
  public Sized make(Draw draw) {
    Random random = draw.random();
    List<String> allKeys = key.draw(keys, random, draw.material());
    List<String> values = value.draw(keys * valuesPerKey, random, draw.material());
    List<String> asked = allKeys.subList(0, queries); // as random as any
    List<String> answers = values.subList(0, queries * valuesPerKey);
    List<Integer> order = new ArrayList<>(IntStream.range(0, values.size()).boxed().toList());
    Collections.shuffle(order, random);
    double[] depths = depths(draw, values.size());
    List<Needle> needles = new ArrayList<>();
    for (int i = 0; i < depths.length; i++) {
      int which = order.get(i);
      needles.add(
          new Needle(sentence(allKeys.get(which / valuesPerKey), values.get(which)), depths[i]));
    }
    Double depth = answers.size() == 1 ? (Double) depths[order.indexOf(0)] : null;
    return new Hidden(haystack(draw, asked, answers), needles, asked, answers, depth);
  }

  private String sentence(String oneKey, String oneValue) {
    return "One of the special magic "
        + value.several()
        + " for "
        + oneKey
        + " is: "
        + oneValue
        + ".";
  }

  /** In rising order. In prose no two needles share a depth, of 40. */
  private double[] depths(Draw draw, int count) {
    if (draw.depth() != null) {
      return DoubleStream.generate(draw::anyDepth).limit(count).toArray();
    }
    if (hay != Hay.PROSE) {
      return DoubleStream.generate(draw::anyDepth).limit(count).sorted().toArray();
    }
    List<Integer> grid = new ArrayList<>(IntStream.range(0, DEPTHS).boxed().toList());
    Collections.shuffle(grid, draw.random());
    return grid.stream().limit(count).sorted().mapToDouble(i -> i / (DEPTHS - 1.0)).toArray();
  }

  private Haystack haystack(Draw draw, List<String> asked, List<String> answers) {
    return switch (hay) {
      case NOISE -> Haystack.noise("\n");
      case PROSE ->
          Haystack.prose(draw.material(), draw.random().nextInt(draw.material().prose().size()));
      case NEEDLES -> {
        long seed = draw.random().nextLong();
        Set<String> taken = new HashSet<>(asked);
        taken.addAll(answers);
        yield new Haystack(
            "\n",
            i -> {
              Random random = new Random(Draw.mix(seed + i));
              return sentence(
                  other(key, taken, random, draw.material()),
                  other(value, taken, random, draw.material()));
            });
      }
    };
  }

  private static String other(Piece piece, Set<String> taken, Random random, Material material) {
    String text;
    do {
      text = piece.draw(random, material);
    } while (taken.contains(text));
    return text;
  }

  /** The needles in their haystack. */
  private final class Hidden implements Sized {
    private final Haystack haystack;
    private final List<Needle> needles;
    private final String query;
    private final List<String> answers;
    private final @Nullable Double depth;

    Hidden(
        Haystack haystack,
        List<Needle> needles,
        List<String> asked,
        List<String> answers,
        @Nullable Double depth) {
      this.haystack = haystack;
      this.needles = needles;
      this.query = listed(asked);
      this.answers = answers;
      this.depth = depth;
    }

    @Override
    public int least() {
      return needles.size();
    }

    @Override
    public Question at(int units) {
      boolean one = answers.size() == 1;
      String what = one ? value.one() : value.several();
      String input =
          (one ? "A special magic " + what + " is" : "Some special magic " + what + " are")
              + " hidden within the following text. Make sure to memorize it. I will quiz you about"
              + " the "
              + what
              + " afterwards.\n"
              + haystack.with(needles, units)
              + (one ? "\nWhat is" : "\nWhat are all")
              + " the special magic "
              + what
              + " for "
              + query
              + " mentioned in the provided text?";
      String prefix =
          " The special magic "
              + what
              + " for "
              + query
              + " mentioned in the provided text "
              + (one ? "is" : "are");
      return new Question(input, prefix, answers, depth);
    }
  }

  private static String listed(List<String> asked) {
    if (asked.size() == 1) {
      return asked.getFirst();
    }
    return String.join(", ", asked.subList(0, asked.size() - 1)) + ", and " + asked.getLast();
  }
}
