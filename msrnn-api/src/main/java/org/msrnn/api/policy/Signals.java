package org.msrnn.api.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a policy observes. Start from {@link #NONE}, {@link #mean()}, {@link #perKvHead} or {@link
 * #perQueryHead()} and add with the {@code with} methods. Backends compute the union of what is
 * asked and copy nothing when nothing is asked.
 */
public final class Signals {
  /** Nothing but positions and the policy's own columns. */
  public static final Signals NONE =
      new Signals(Rows.NONE, Reduce.MEAN, false, 0, false, false, false);

  /** {@link #lastQueries} when every query of a prompt is wanted. */
  public static final int ALL_QUERIES = Integer.MAX_VALUE;

  /** Which attention rows are handed over, one number an entry each. */
  public enum Rows {
    /** None. */
    NONE,
    /** One row: all query heads that read the set reduced to one. */
    SET,
    /** A row for each KV head of the set: its group of query heads reduced to one. */
    KV_HEADS,
    /** A row for each query head that reads the set. */
    QUERY_HEADS
  }

  /** How several query heads become one row. */
  public enum Reduce {
    /** The arithmetic mean. */
    MEAN,
    /** The largest. */
    MAX,
    /** The sum. */
    SUM
  }

  private final Rows rows;
  private final Reduce reduce;
  private final boolean logits;
  private final int lastQueries;
  private final boolean keys;
  private final boolean values;
  private final boolean queries;

  private Signals(
      Rows rows,
      Reduce reduce,
      boolean logits,
      int lastQueries,
      boolean keys,
      boolean values,
      boolean queries) {
    this.rows = rows;
    this.reduce = reduce;
    this.logits = logits;
    this.lastQueries = lastQueries;
    this.keys = keys;
    this.values = values;
    this.queries = queries;
  }

  /**
   * The softmax row of the newest query, averaged over all query heads that read the set: all heads
   * of the layer, or the group of one KV head, as the granularity says.
   */
  public static Signals mean() {
    return new Signals(Rows.SET, Reduce.MEAN, false, 1, false, false, false);
  }

  /** The softmax rows of the newest query, one for each KV head. */
  public static Signals perKvHead(Reduce reduce) {
    return new Signals(Rows.KV_HEADS, reduce, false, 1, false, false, false);
  }

  /** The softmax rows of the newest query, one for each query head. */
  public static Signals perQueryHead() {
    return new Signals(Rows.QUERY_HEADS, Reduce.MEAN, false, 1, false, false, false);
  }

  /**
   * Rows hold raw logits (scaled, capped, before the softmax) in place of softmax weights. Only for
   * {@link Rows#QUERY_HEADS}: a reduction of logits has no meaning in the field.
   */
  public Signals withLogits() {
    if (rows != Rows.QUERY_HEADS) {
      throw new IllegalStateException("logits are handed over per query head only");
    }
    return new Signals(rows, reduce, true, lastQueries, keys, values, queries);
  }

  /**
   * Rows of the last {@code count} queries before a decision, not of the newest alone: 1 for TOVA,
   * the window for SnapKV, {@link #ALL_QUERIES} for scores summed over all queries (H2O).
   */
  public Signals withLastQueries(int count) {
    if (lastQueries == 0 || count < 1) {
      throw new IllegalStateException("rows of " + count + " queries of " + rows);
    }
    return new Signals(rows, reduce, logits, count, keys, values, queries);
  }

  /** {@link KvSet#key} may be called. */
  public Signals withKeys() {
    return new Signals(rows, reduce, logits, lastQueries, true, values, queries);
  }

  /** {@link KvSet#value} may be called. */
  public Signals withValues() {
    return new Signals(rows, reduce, logits, lastQueries, keys, true, queries);
  }

  /**
   * {@link AttentionRow#query} may be called. Without rows it is that of every query, unless {@link
   * #withLastQueries} says otherwise.
   */
  public Signals withQueries() {
    int last = rows == Rows.NONE ? ALL_QUERIES : lastQueries;
    return new Signals(rows, reduce, logits, last, keys, values, true);
  }

  /** Which rows. */
  public Rows rows() {
    return rows;
  }

  /** How heads are reduced. */
  public Reduce reduce() {
    return reduce;
  }

  /** Whether rows hold logits. */
  public boolean logits() {
    return logits;
  }

  /** Of how many last queries before a decision rows are wanted; 0 where nothing of them is. */
  public int lastQueries() {
    return lastQueries;
  }

  /** Whether keys may be read. */
  public boolean keys() {
    return keys;
  }

  /** Whether values may be read. */
  public boolean values() {
    return values;
  }

  /** Whether query vectors may be read. */
  public boolean queries() {
    return queries;
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    String reduced = reduce.name().toLowerCase(Locale.ROOT);
    switch (rows) {
      case NONE -> {}
      case SET -> words.add(reduced + " row");
      case KV_HEADS -> words.add(reduced + " row a KV head");
      case QUERY_HEADS -> words.add(logits ? "row a query head (logits)" : "row a query head");
    }
    if (queries) {
      words.add("query vectors");
    }
    switch (lastQueries) {
      case 0 -> {}
      case 1 -> words.add("newest query");
      case ALL_QUERIES -> words.add("all queries");
      default -> words.add("last " + lastQueries + " queries");
    }
    if (keys) {
      words.add("keys");
    }
    if (values) {
      words.add("values");
    }
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }
}
