package org.msrnn.eval.retention;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words and sentences as the Penn Treebank has them, found by rule: {@code Tom's} is two words,
 * {@code don't} is {@code do} and {@code n't}, punctuation stands alone. Taggers with Penn tags
 * expect such words; OpenNLP's own rules know no clitics, and with them no word would be a
 * possessive ending. Every character that is not white space is in a word.
 */
final class PennWords {
  private static final String APOSTROPHE = "['’]";

  /** In order: what is tried first wins. */
  private static final Pattern WORD =
      Pattern.compile(
          String.join(
              "|",
              // initials and abbreviations of letters: U.S., e.g.
              "(?:\\p{L}\\.){2,}",
              // numbers: 1,000.50 and 3rd, and times
              "\\p{N}+(?:[.,:/]\\p{N}+)*\\p{L}*",
              // a clitic that follows a word
              "(?<=[\\p{L}\\p{N}.])" + APOSTROPHE + "(?:s|m|d|ll|re|ve)(?!\\p{L})",
              // the part before n't
              "\\p{L}+?(?=n" + APOSTROPHE + "t(?!\\p{L}))",
              "n" + APOSTROPHE + "t(?!\\p{L})",
              // words, with inner hyphens and apostrophes that are no clitic: well-known, o'clock
              "[\\p{L}\\p{M}]+(?:-[\\p{L}\\p{M}\\p{N}]+|"
                  + APOSTROPHE
                  + "(?!(?:s|m|d|ll|re|ve)(?!\\p{L}))[\\p{L}\\p{M}]+)*",
              "-{2,}|—+|\\.{3,}|…",
              "``|''",
              "\\S"),
          Pattern.CASE_INSENSITIVE);

  private static final Pattern BLANK_LINE = Pattern.compile("\\n\\s*\\n");

  private static final Set<String> TITLES =
      Set.of(
          "mr", "mrs", "ms", "dr", "st", "messrs", "mme", "prof", "rev", "capt", "col", "gen",
          "lieut", "lt", "sgt", "hon", "jr", "sr", "esq", "vol", "no", "etc", "vs");

  private static final Set<String> SENTENCE_ENDS = Set.of(".", "!", "?", "...", "…");
  private static final Set<String> CLOSING = Set.of("\"", "”", "'", "’", "''", ")", "]");

  /** A tagger's time grows with a sentence; texts without full stops are cut. */
  private static final int LONGEST_SENTENCE = 200;

  private static final Map<String, String> FORMS =
      Map.ofEntries(
          Map.entry("“", "``"),
          Map.entry("”", "''"),
          Map.entry("‘", "`"),
          Map.entry("’", "'"),
          Map.entry("(", "-LRB-"),
          Map.entry(")", "-RRB-"),
          Map.entry("[", "-LRB-"),
          Map.entry("]", "-RRB-"),
          Map.entry("{", "-LRB-"),
          Map.entry("}", "-RRB-"),
          Map.entry("—", "--"),
          Map.entry("…", "..."));

  private PennWords() {}

  /** The words of a text, in order, by sentences. */
  static List<List<Word>> sentences(String text) {
    List<List<Word>> sentences = new ArrayList<>();
    List<Word> sentence = new ArrayList<>();
    boolean ended = false;
    for (Word word : words(text)) {
      boolean closes = CLOSING.contains(word.of(text)) && !isAfterSpace(text, word);
      boolean starts = ended && !closes && !SENTENCE_ENDS.contains(word.of(text));
      if (!sentence.isEmpty()
          && (starts
              || sentence.size() == LONGEST_SENTENCE
              || hasBlankLine(text, sentence.getLast().to(), word.from()))) {
        sentences.add(sentence);
        sentence = new ArrayList<>();
        ended = false;
      }
      sentence.add(word);
      ended |= SENTENCE_ENDS.contains(word.of(text));
    }
    if (!sentence.isEmpty()) {
      sentences.add(sentence);
    }
    return sentences;
  }

  private static boolean hasBlankLine(String text, int from, int to) {
    return to - from > 1 && BLANK_LINE.matcher(text).region(from, to).find();
  }

  private static boolean isAfterSpace(String text, Word word) {
    return word.from() == 0 || Character.isWhitespace(text.charAt(word.from() - 1));
  }

  /** The words of a text; a title keeps its full stop. */
  static List<Word> words(String text) {
    List<Word> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text).useTransparentBounds(true);
    int from = 0;
    while (matcher.region(from, text.length()).find()) {
      from = matcher.end();
      if (from < text.length() && text.charAt(from) == '.' && isTitle(matcher.group())) {
        from++;
      }
      words.add(new Word(matcher.start(), from));
    }
    return words;
  }

  /** Mr. and the like, and initials; the pronoun is none. */
  private static boolean isTitle(String word) {
    boolean initial =
        word.length() == 1 && Character.isUpperCase(word.charAt(0)) && !word.equals("I");
    return initial || TITLES.contains(word.toLowerCase(Locale.ROOT));
  }

  /**
   * A word as the treebank writes it: quotation marks and brackets have forms of their own there. A
   * straight mark opens where white space, a dash or nothing is before it.
   */
  static String form(String text, Word word) {
    String written = word.of(text);
    if (written.equals("\"")) {
      boolean opens = isAfterSpace(text, word) || "-—([".indexOf(text.charAt(word.from() - 1)) >= 0;
      return opens ? "``" : "''";
    }
    return FORMS.getOrDefault(written, written.replace('’', '\''));
  }
}
