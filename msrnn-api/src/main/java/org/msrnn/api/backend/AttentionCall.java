package org.msrnn.api.backend;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.Signals;

/**
 * The arguments of {@link Kernels#attend}: {@code rows} consecutive queries of one sequence attend
 * over one slot space. One object is kept for each slot space and reused for every step, so that
 * the steady state allocates nothing; a kernel must not keep it after the call unless it copies
 * what it needs.
 *
 * <p>The query at row r has position {@code firstPosition + r}. A slot is visible to a query at
 * position p if it is in use, its position is at most p, and either {@code position < sinks} or
 * {@code position > p - window}. At least one slot is visible to every query.
 */
public final class AttentionCall {
  /** Queries, {@code [.., query heads of the layer * head size]}, rotated already. */
  public final Buffer queries;

  /** Outputs, the shape of {@link #queries}. */
  public final Buffer outputs;

  /** Keys and values. */
  public final KvBuffer kv;

  /**
   * Slots of {@link #kv} in use. Where {@link ProgramSlots} keep them on the device, they say so in
   * place of {@link SlotView#positions}; the extent counts here as well.
   */
  public final SlotView slots;

  /** Number of the layer's KV head that head 0 of {@link #kv} holds. */
  public final int firstKvHead;

  /** Query heads that read one KV head. */
  public final int group;

  /** Factor on query times key. */
  public final float scale;

  /** Logits become {@code cap * tanh(logit / cap)}; 0 for none. */
  public final float softCap;

  /** Rotation of keys at read; needed where {@link SlotView#rotations} is not null. */
  public final @Nullable Rope rope;

  /** First row of {@link #queries} and {@link #outputs}. */
  public int row;

  /** Number of rows. */
  public int rows;

  /** Position of the first query. */
  public long firstPosition;

  /** Positions below this are visible at any distance. */
  public long sinks;

  /** Positions further back than this are not visible; {@code Long.MAX_VALUE} for all. */
  public long window = Long.MAX_VALUE;

  /** Which rows of attention to leave in {@link #tap}; {@code NONE} for none. */
  public Signals.Rows tapRows = Signals.Rows.NONE;

  /** How heads are reduced for the tap. */
  public Signals.Reduce tapReduce = Signals.Reduce.MEAN;

  /** Whether the tap gets logits (after scale and cap) in place of softmax weights. */
  public boolean tapLogits;

  /**
   * Where observed rows go, by slot: row {@code tapRow + i} of the tap is row i of what {@link
   * #tapRows} asks for; {@code slots.extent()} columns are written, 0 at slots that are not
   * visible. Only with {@code rows == 1}.
   */
  public @Nullable Buffer tap;

  /** First row of {@link #tap}. */
  public int tapRow;

  /** What stays the same from call to call. */
  public AttentionCall(
      Buffer queries,
      Buffer outputs,
      KvBuffer kv,
      SlotView slots,
      int firstKvHead,
      int group,
      float scale,
      float softCap,
      @Nullable Rope rope) {
    this.queries = queries;
    this.outputs = outputs;
    this.kv = kv;
    this.slots = slots;
    this.firstKvHead = firstKvHead;
    this.group = group;
    this.scale = scale;
    this.softCap = softCap;
    this.rope = rope;
  }

  /** Number of rows that {@link #tapRows} asks for. */
  public int tapCount() {
    return switch (tapRows) {
      case NONE -> 0;
      case SET -> 1;
      case KV_HEADS -> kv.heads();
      case QUERY_HEADS -> kv.heads() * group;
    };
  }

  /** Whether the slot with this position is visible to the query at position {@code query}. */
  public boolean visible(long position, long query) {
    return position != SlotView.FREE
        && position <= query
        && (position < sinks || query - position < window);
  }
}
