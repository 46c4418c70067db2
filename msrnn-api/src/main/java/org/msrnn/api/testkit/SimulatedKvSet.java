package org.msrnn.api.testkit;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.PolicyException;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * A key/value set in plain arrays, in position order, that watches what a policy does to it. Token
 * ids and random numbers follow from the seed and the position.
 */
final class SimulatedKvSet implements KvSet {
  /** Fills what lies behind the last entry; a policy that writes there is found out. */
  static final double GUARD = -7.125e77;

  private static final int SLACK = 5;
  private static final int RANDOM = 4;
  private static final int TOKENS = 5;

  /** Sizes of vocabularies: small, so that tokens come again, and that of a large model. */
  private static final int[] VOCABULARIES = {50, 262_144};

  private final SimulatedLayer layer;
  private final int kvHead;
  private final SetShape shape;
  private final Signals signals;
  private final VectorSource vectors;
  private final Rope rope;
  private final Pins pins;
  private final Reads reads;
  private final float[] scratch;
  private int size;
  private long queries;
  private long[] positions;
  private double[][] columns;
  private double[] memory;
  private boolean closed;

  /** What a policy has read of a set, over all its copies. */
  static final class Reads {
    final BitSet columns = new BitSet();
    long keys;
    long values;
    long queries;
    long memory;
    @Nullable String undeclared;
  }

  SimulatedKvSet(SimulatedLayer layer, int kvHead, EvictionPolicy policy, VectorSource vectors) {
    this.layer = layer;
    this.kvHead = kvHead;
    this.shape = new SetShape(kvHead < 0 ? layer.kvHeads() : 1, layer.group(), layer.headSize());
    this.signals = policy.observes();
    this.vectors = vectors;
    this.rope = layer.rope();
    this.pins = policy.pins(layer.budget());
    this.reads = new Reads();
    this.scratch = scratch(layer);
    this.positions = new long[SLACK];
    this.columns = new double[policy.columns(shape())][SLACK];
    this.memory = new double[policy.memory(shape())];
    guard();
  }

  private SimulatedKvSet(SimulatedKvSet other, Reads reads, int slack) {
    this.layer = other.layer;
    this.kvHead = other.kvHead;
    this.shape = other.shape;
    this.signals = other.signals;
    this.vectors = other.vectors;
    this.rope = other.rope;
    this.pins = other.pins;
    this.reads = reads;
    this.scratch = scratch(layer);
    this.size = other.size;
    this.queries = other.queries;
    this.positions = Arrays.copyOf(other.positions, size + slack);
    this.columns = new double[other.columns.length][];
    for (int c = 0; c < columns.length; c++) {
      columns[c] = Arrays.copyOf(other.columns[c], size + slack);
    }
    this.memory = other.memory.clone();
    guard();
  }

  /** What an earlier call left in it is nothing to count on. */
  private static float[] scratch(SimulatedLayer layer) {
    float[] scratch = new float[layer.headSize()];
    Arrays.fill(scratch, Float.NaN);
    return scratch;
  }

  /** An independent copy. */
  SimulatedKvSet copy() {
    return new SimulatedKvSet(this, new Reads(), SLACK);
  }

  /**
   * The same set in other arrays that end at the last entry; this object and its arrays are void.
   */
  SimulatedKvSet moved() {
    SimulatedKvSet moved = new SimulatedKvSet(this, reads, 0);
    closed = true;
    for (double[] column : columns) {
      Arrays.fill(column, Double.NaN);
    }
    Arrays.fill(memory, Double.NaN);
    Arrays.fill(scratch, Float.NaN);
    return moved;
  }

  Reads reads() {
    return reads;
  }

  /** Whether the policy's columns hold the same numbers as those of another set. */
  boolean hasTheColumnsOf(SimulatedKvSet other) {
    for (int c = 0; c < columns.length; c++) {
      if (!Arrays.equals(columns[c], 0, size, other.columns[c], 0, size)) {
        return false;
      }
    }
    return true;
  }

  /** Appends the next token's state; its columns are zero. */
  void append(long position) {
    if (size == positions.length) {
      positions = Arrays.copyOf(positions, size + 1 + SLACK);
      for (int c = 0; c < columns.length; c++) {
        columns[c] = Arrays.copyOf(columns[c], size + 1 + SLACK);
      }
    }
    positions[size] = position;
    for (double[] column : columns) {
      column[size] = 0;
    }
    size++;
    queries++;
    guard();
  }

  /** Drops the marked entries; the others close up. */
  void drop(boolean[] victims) {
    int to = 0;
    for (int e = 0; e < size; e++) {
      if (!victims[e]) {
        positions[to] = positions[e];
        for (double[] column : columns) {
          column[to] = column[e];
        }
        to++;
      }
    }
    size = to;
    guard();
  }

  private void guard() {
    for (double[] column : columns) {
      Arrays.fill(column, size, column.length, GUARD);
    }
  }

  /** Whether everything behind the last entry is as {@link #guard} left it. */
  boolean intact() {
    for (double[] column : columns) {
      if (!intact(column, size)) {
        return false;
      }
    }
    return true;
  }

  static boolean intact(double[] array, int size) {
    for (int i = size; i < array.length; i++) {
      if (array[i] != GUARD) {
        return false;
      }
    }
    return true;
  }

  int columnCount() {
    return columns.length;
  }

  int memoryLength() {
    return memory.length;
  }

  @Override
  public SetShape shape() {
    return shape;
  }

  Signals signals() {
    return signals;
  }

  /** A query vector; {@code head} is one of the set's query heads. */
  void query(int head, long position, float[] into) {
    if (!signals.queries()) {
      throw undeclared("query vectors");
    }
    reads.queries++;
    numbers(VectorSource.Kind.QUERY, firstQueryHead() + head, position, into);
  }

  /** The first query head of the layer that reads the set. */
  int firstQueryHead() {
    return Math.max(kvHead, 0) * layer.group();
  }

  /** Whether the entries have these positions. */
  boolean holds(long[] those) {
    return Arrays.equals(positions, 0, size, those, 0, those.length);
  }

  long[] positions() {
    return Arrays.copyOf(positions, size);
  }

  @Override
  public int layer() {
    return layer.layer();
  }

  @Override
  public int kvHead() {
    return kvHead;
  }

  @Override
  public int kvHeads() {
    return kvHead < 0 ? layer.kvHeads() : 1;
  }

  @Override
  public int group() {
    return layer.group();
  }

  @Override
  public int size() {
    open();
    return size;
  }

  @Override
  public int budget() {
    return layer.budget();
  }

  @Override
  public long position(int entry) {
    open();
    return positions[Objects.checkIndex(entry, size)];
  }

  @Override
  public int token(int entry) {
    int vocabulary = VOCABULARIES[(int) (layer.seed() & 1)];
    return Hash.below(Hash.of(layer.seed(), TOKENS, position(entry), 0), vocabulary);
  }

  @Override
  public boolean pinned(int entry) {
    return position(entry) < pins.first() || entry >= size - pins.last();
  }

  @Override
  public long queries() {
    open();
    return queries;
  }

  @Override
  public double[] column(int column) {
    open();
    if (column < 0 || column >= columns.length) {
      throw undeclared("column " + column + " of " + columns.length);
    }
    reads.columns.set(column);
    return columns[column];
  }

  @Override
  public double[] memory() {
    open();
    reads.memory++;
    return memory;
  }

  @Override
  public double random(int entry) {
    long place = Hash.of(layer.seed(), RANDOM, layer.layer(), kvHead);
    return Hash.unit(Hash.of(place, queries, position(entry), 0));
  }

  @Override
  public int headSize() {
    return layer.headSize();
  }

  @Override
  public void key(int head, int entry, float[] into) {
    if (!signals.keys()) {
      throw undeclared("keys");
    }
    reads.keys++;
    numbers(
        VectorSource.Kind.KEY,
        Math.max(kvHead, 0) + Objects.checkIndex(head, kvHeads()),
        position(entry),
        into);
  }

  @Override
  public void value(int head, int entry, float[] into) {
    if (!signals.values()) {
      throw undeclared("values");
    }
    reads.values++;
    numbers(
        VectorSource.Kind.VALUE,
        Math.max(kvHead, 0) + Objects.checkIndex(head, kvHeads()),
        position(entry),
        into);
  }

  @Override
  public boolean rotated() {
    return true;
  }

  @Override
  public float[] scratch() {
    open();
    return scratch;
  }

  @Override
  public @Nullable Rope rope() {
    return rope;
  }

  private void numbers(VectorSource.Kind kind, int head, long position, float[] into) {
    for (int i = 0; i < layer.headSize(); i++) {
      into[i] = vectors.number(kind, head, position, i);
    }
  }

  private PolicyException undeclared(String what) {
    reads.undeclared = what;
    return new PolicyException("the policy reads " + what + ", which it does not declare");
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("a set is valid during the call that it is handed to");
    }
  }
}
