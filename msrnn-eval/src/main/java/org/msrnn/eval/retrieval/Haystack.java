package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A text that is as long as one likes.
 *
 * @param separator what stands between its units
 * @param unit its units, by their number
 */
record Haystack(String separator, IntFunction<String> unit) {

  /**
   * What is hidden in it.
   *
   * @param text the needle
   * @param depth the share of the haystack's characters that stand before it, from 0 to 1
   */
  record Needle(String text, double depth) {}

  /** The story from one of its sentences on, again and again. */
  static Haystack prose(Material material, int start) {
    List<String> all = material.prose();
    return new Haystack(" ", i -> all.get((int) (((long) start + i) % all.size())));
  }

  /** One line, repeated. */
  static Haystack noise(String separator) {
    return new Haystack(separator, _ -> Material.NOISE);
  }

  /**
   * So many units with needles between them, each at the gap nearest to its depth.
   *
   * @param needles by depth
   */
  String with(List<Needle> needles, int units) {
    List<String> hay = new ArrayList<>(units);
    long characters = 0;
    for (int i = 0; i < units; i++) {
      String text = unit.apply(i);
      hay.add(text);
      characters += text.length();
    }
    List<String> all = new ArrayList<>(units + needles.size());
    int next = 0;
    long before = 0;
    for (String text : hay) {
      while (next < needles.size()
          && needles.get(next).depth() * characters - before <= text.length() / 2.0) {
        all.add(needles.get(next++).text());
      }
      all.add(text);
      before += text.length();
    }
    needles.subList(next, needles.size()).forEach(needle -> all.add(needle.text()));
    return String.join(separator, all);
  }
}
