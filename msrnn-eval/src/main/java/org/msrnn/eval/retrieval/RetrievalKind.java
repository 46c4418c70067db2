package org.msrnn.eval.retrieval;

import static org.msrnn.eval.retrieval.Needles.Hay.NEEDLES;
import static org.msrnn.eval.retrieval.Needles.Hay.NOISE;
import static org.msrnn.eval.retrieval.Needles.Hay.PROSE;
import static org.msrnn.eval.retrieval.Needles.Piece.NUMBERS;
import static org.msrnn.eval.retrieval.Needles.Piece.UUIDS;
import static org.msrnn.eval.retrieval.Needles.Piece.WORDS;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.msrnn.api.InvalidOptionException;

/**
 * The kinds of question, under the names and with the longest answers that RULER (arXiv 2404.06654)
 * and InfiniteBench (arXiv 2402.13718) give them.
 */
public enum RetrievalKind {
  /** One needle in repeated noise. */
  NIAH_SINGLE_1(128),
  /** One needle in prose. */
  NIAH_SINGLE_2(128),
  /** One needle in prose, its value a UUID. */
  NIAH_SINGLE_3(128),
  /** One needle asked for, three others beside it, in prose. */
  NIAH_MULTIKEY_1(128),
  /** One needle asked for, among nothing but needles. */
  NIAH_MULTIKEY_2(128),
  /** The same with UUIDs as keys and values. */
  NIAH_MULTIKEY_3(128),
  /** Four values of one key, in prose. */
  NIAH_MULTIVALUE(128),
  /** Four keys asked for at once, in prose. */
  NIAH_MULTIQUERY(128),
  /** Variables that get one value from one another. */
  VT(30),
  /** The ten words that stand most often in a list. */
  CWE(120),
  /** The three coded words that stand most often in a text. */
  FWE(50),
  /** A question among documents; RULER takes SQuAD. */
  QA_1(32),
  /** A question with several documents; RULER takes HotpotQA. */
  QA_2(32),
  /** A number in noise. */
  PASSKEY(6),
  /** A key of a JSON object. */
  KV_RETRIEVAL(50);

  private final int newTokens;

  RetrievalKind(int newTokens) {
    this.newTokens = newTokens;
  }

  /** The most tokens of an answer, where nothing else is asked for. */
  public int newTokens() {
    return newTokens;
  }

  /** Whether it is made from the user's own questions and documents. */
  public boolean needsQuestions() {
    return this == QA_1 || this == QA_2;
  }

  /** How it is scored. */
  public Match match() {
    return needsQuestions() ? Match.ANY : Match.ALL;
  }

  /** Its name in results. */
  public String written() {
    return name().toLowerCase(Locale.ROOT);
  }

  Recipe recipe() {
    return switch (this) {
      case NIAH_SINGLE_1 -> new Needles(NOISE, WORDS, NUMBERS, 1, 1, 1);
      case NIAH_SINGLE_2 -> new Needles(PROSE, WORDS, NUMBERS, 1, 1, 1);
      case NIAH_SINGLE_3 -> new Needles(PROSE, WORDS, UUIDS, 1, 1, 1);
      case NIAH_MULTIKEY_1 -> new Needles(PROSE, WORDS, NUMBERS, 4, 1, 1);
      case NIAH_MULTIKEY_2 -> new Needles(NEEDLES, WORDS, NUMBERS, 1, 1, 1);
      case NIAH_MULTIKEY_3 -> new Needles(NEEDLES, UUIDS, UUIDS, 1, 1, 1);
      case NIAH_MULTIVALUE -> new Needles(PROSE, WORDS, NUMBERS, 1, 4, 1);
      case NIAH_MULTIQUERY -> new Needles(PROSE, WORDS, NUMBERS, 4, 1, 4);
      case VT -> new VariableTracking();
      case CWE -> new CommonWords();
      case FWE -> new FrequentWords();
      case QA_1, QA_2 -> new AmongDocuments();
      case PASSKEY -> new PassKey();
      case KV_RETRIEVAL -> new KeyValues();
    };
  }

  /** The kind of that name, if there is one. */
  public static Optional<RetrievalKind> named(String name) {
    return Arrays.stream(values()).filter(kind -> kind.written().equals(name)).findFirst();
  }

  /**
   * Kinds as users write them.
   *
   * @param names names; {@code all} stands for all that can be made
   * @param questions whether there are questions and documents to make {@code qa_1} and {@code
   *     qa_2} of
   * @throws InvalidOptionException if there is no such kind, or no questions for it
   */
  public static List<RetrievalKind> parse(List<String> names, boolean questions) {
    Set<RetrievalKind> kinds = new LinkedHashSet<>();
    for (String name : names) {
      if (name.strip().equals("all")) {
        Arrays.stream(values())
            .filter(kind -> questions || !kind.needsQuestions())
            .forEach(kinds::add);
      } else {
        kinds.add(named(name.strip()).orElseThrow(() -> unknown(name)));
      }
    }
    for (RetrievalKind kind : kinds) {
      if (kind.needsQuestions() && !questions) {
        throw new InvalidOptionException(
            "kinds",
            kind.written()
                + " is made from questions and documents of your own: give them with --questions,"
                + " a JSON Lines file of {\"question\", \"documents\", \"answers\"}");
      }
    }
    return List.copyOf(kinds);
  }

  private static InvalidOptionException unknown(String name) {
    String allowed =
        Arrays.stream(values()).map(RetrievalKind::written).collect(Collectors.joining(", "));
    return new InvalidOptionException("kinds", "'" + name + "'", allowed + ", all");
  }
}
