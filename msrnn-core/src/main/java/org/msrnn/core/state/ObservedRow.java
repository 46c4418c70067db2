package org.msrnn.core.state;

import org.msrnn.api.NonFiniteException;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Signals;

/** The rows of one query, gathered from slots to entries, and its vectors. */
final class ObservedRow implements AttentionRow {
  private final SlotSpace space;
  private final SetWalk.Attention attention;
  private final Kernels kernels;
  private final EvictionPolicy policy;
  private final Signals signals;
  private final float[][] byEntry;
  private float[] queries = new float[0];
  private long queryPosition;

  ObservedRow(
      SlotSpace space, EvictionPolicy policy, SetWalk.Attention attention, Kernels kernels) {
    this.space = space;
    this.attention = attention;
    this.kernels = kernels;
    this.policy = policy;
    this.signals = policy.observes();
    int rows =
        switch (signals.rows()) {
          case NONE -> 0;
          case SET -> 1;
          case KV_HEADS -> space.kv.heads();
          case QUERY_HEADS -> space.kv.heads() * attention.group();
        };
    this.byEntry = new float[rows][0];
  }

  /**
   * Takes in a query.
   *
   * @param call what was attended, one row
   * @param rotation the position that the query is rotated at
   */
  void loadQuery(AttentionCall call, double rotation) {
    queryPosition = call.firstPosition;
    if (signals.queries()) {
      loadVectors(call, rotation);
    }
  }

  private void loadVectors(AttentionCall call, double rotation) {
    int size = attention.headSize();
    int heads = space.kv.heads() * attention.group();
    int first = space.firstKvHead() * attention.group();
    if (queries.length == 0) {
      queries = new float[(first + heads) * size]; // a row is read from its start
    }
    kernels.read(call.queries, call.row, queries.length, queries);
    Rope rope = attention.rope();
    for (int h = first; rope != null && h < first + heads; h++) {
      rope.undo(queries, h * size, rotation);
    }
  }

  /**
   * Takes in the rows that the query left.
   *
   * @param rows numbers by slot, row after row
   * @param at index of the first row's first number
   * @param stride numbers from a row to the next
   */
  void loadRows(float[] rows, int at, int stride) {
    for (int r = 0; r < byEntry.length; r++) {
      if (byEntry[r].length < space.size()) {
        byEntry[r] = new float[space.kv.capacity()];
      }
      space.gather(rows, at + r * stride, byEntry[r]);
      check(byEntry[r]);
    }
  }

  private void check(float[] row) {
    int overflow = 0;
    for (int e = 0; e < space.size(); e++) {
      // an exponent of ones carries into the sign; nothing waits for what came before
      overflow |= (Float.floatToRawIntBits(row[e]) & 0x7fff_ffff) + 0x0080_0000;
    }
    if (overflow < 0) {
      throw new NonFiniteException(
          "attention of layer " + space.layer + " at position " + queryPosition + " is not finite");
    }
  }

  @Override
  public long queryPosition() {
    return queryPosition;
  }

  @Override
  public int rows() {
    return byEntry.length;
  }

  @Override
  public float[] row(int row) {
    return byEntry[row];
  }

  @Override
  public void query(int head, float[] into) {
    BoundedSet.demand(signals.queries(), "query vectors", policy);
    int size = attention.headSize();
    int first = space.firstKvHead() * attention.group();
    System.arraycopy(queries, (first + head) * size, into, 0, size);
  }
}
