package org.msrnn.eval.task;

import java.util.Locale;

/** The needle tasks of RULER that are generated here, under RULER's names (arXiv 2404.06654). */
public enum RetrievalKind {
  /** One needle in repeated noise. */
  NIAH_SINGLE_1(false, 1, 1, 1),
  /** One needle in prose. */
  NIAH_SINGLE_2(true, 1, 1, 1),
  /** One needle asked for, three others beside it, in prose. */
  NIAH_MULTIKEY_1(true, 4, 1, 1),
  /** Four values of one key, in prose. */
  NIAH_MULTIVALUE(true, 1, 4, 1),
  /** Four keys asked for at once, in prose. */
  NIAH_MULTIQUERY(true, 4, 1, 4);

  private final boolean prose;
  private final int keys;
  private final int values;
  private final int queries;

  RetrievalKind(boolean prose, int keys, int values, int queries) {
    this.prose = prose;
    this.keys = keys;
    this.values = values;
    this.queries = queries;
  }

  /** Whether the haystack is prose; else one line of noise, repeated. */
  public boolean prose() {
    return prose;
  }

  /** Needles with keys of their own. */
  public int keys() {
    return keys;
  }

  /** Values a key. */
  public int valuesPerKey() {
    return values;
  }

  /** Keys asked for. */
  public int queries() {
    return queries;
  }

  /** RULER's name. */
  public String written() {
    return name().toLowerCase(Locale.ROOT);
  }
}
